//! What one step of a shard leaves behind.

use bytes::Bytes;

/// Names one answer that somebody waits for. The shell chooses it and never uses it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyToken(pub u64);

/// One record of a coordinator's partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoordinatorRecord {
    /// What the record is about: two bytes of type, then the key's fields.
    pub key: Bytes,
    /// Two bytes of version, then the value's fields; `None` deletes the key.
    pub value: Option<Bytes>,
}

/// What a step of a shard leaves behind.
///
/// The records are appended as one batch. The replies are sent when the high watermark covers everything the
/// shard has appended so far, these records included; if the append fails the shard is thrown away and loaded
/// again, and the replies with it.
#[derive(Debug)]
pub struct Output<R> {
    /// Records to append, in order.
    pub records: Vec<CoordinatorRecord>,
    /// Answers to send once the records are durable.
    pub replies: Vec<(ReplyToken, R)>,
}

impl<R> Default for Output<R> {
    fn default() -> Self {
        Self { records: Vec::new(), replies: Vec::new() }
    }
}

impl<R> Output<R> {
    /// Adds what a later step left behind.
    pub fn extend(&mut self, later: Self) {
        self.records.extend(later.records);
        self.replies.extend(later.replies);
    }
}
