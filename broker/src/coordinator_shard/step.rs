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

/// The producer of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionProducer {
    /// Its id.
    pub id: i64,
    /// Its epoch.
    pub epoch: i16,
}

/// The end of a transaction in one partition of `__consumer_offsets`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetsMarker {
    /// Whose transaction ends.
    pub producer_id: i64,
    /// The epoch that ends it; from transaction version 2 on that after the one of the records (KIP-890).
    pub producer_epoch: i16,
    /// Epoch of the transaction coordinator; the log refuses older ones.
    pub coordinator_epoch: i32,
    /// Whether the offsets count from now on, or never did.
    pub committed: bool,
}

/// One entry of a shard's log; it has one offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEntry {
    /// A record that counts at once.
    Record(CoordinatorRecord),
    /// A record that counts once the producer's transaction is committed.
    Transactional(TransactionProducer, CoordinatorRecord),
    /// The end of a transaction.
    Marker(OffsetsMarker),
}

impl From<CoordinatorRecord> for LogEntry {
    fn from(record: CoordinatorRecord) -> Self {
        Self::Record(record)
    }
}

/// What the log must agree to before a request is handled, because the log knows what its producers may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProducerCheck {
    /// The request writes records of this producer's transaction.
    Records {
        /// The producer.
        producer: TransactionProducer,
        /// Where the log ended when the transaction's coordinator was asked: a transaction that ended since is
        /// another one (KIP-890).
        asked_at: i64,
    },
    /// The request writes this marker.
    Marker(OffsetsMarker),
}

/// What a step of a shard leaves behind; `E` is what it appends, [`LogEntry`] if it takes part in transactions.
///
/// The records are appended in order. The replies are sent when the high watermark covers everything the
/// shard has appended so far, these records included; if the append fails the shard is thrown away and loaded
/// again, and the replies with it.
#[derive(Debug)]
pub struct Output<R, E = CoordinatorRecord> {
    /// Records to append, in order.
    pub records: Vec<E>,
    /// Answers to send once the records are durable.
    pub replies: Vec<(ReplyToken, R)>,
}

impl<R, E> Default for Output<R, E> {
    fn default() -> Self {
        Self { records: Vec::new(), replies: Vec::new() }
    }
}

impl<R, E> Output<R, E> {
    /// Adds what a later step left behind.
    pub fn extend(&mut self, later: Self) {
        self.records.extend(later.records);
        self.replies.extend(later.replies);
    }
}
