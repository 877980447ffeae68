//! What a task wants to be sent.

use std::sync::Arc;

use bytes::Bytes;

use crate::record::Headers;

/// A record for a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutgoingRecord {
    /// The topic on the cluster.
    pub(crate) topic: Arc<str>,
    /// The serialised key.
    pub(crate) key: Option<Bytes>,
    /// The part of the key whose hash chooses the partition; nothing for records without key.
    pub(crate) partitioning_part: Option<Bytes>,
    /// The serialised value.
    pub(crate) value: Option<Bytes>,
    /// Milliseconds since the Unix epoch.
    pub(crate) timestamp: i64,
    /// The headers.
    pub(crate) headers: Headers,
}
