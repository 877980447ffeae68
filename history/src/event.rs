//! One line of a history.
//!
//! ```text
//! i       number of the line's event, increasing
//! t_ns    nanoseconds since the start, never decreasing
//! proc    the process: does one operation at a time
//! type    invoke | ok | fail (surely without effect) | info (nobody knows)
//! f       send | poll | txn | assign | subscribe | crash | observe | group
//! mops    ["send", key, [offset or null, value]]   ["poll", {key: [[offset, value], ..]}]
//! ```
//!
//! A key is one partition. A value is sent at most once to its key and in the whole history.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One event: an operation begins or ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Number of the event; increases.
    #[serde(rename = "i")]
    pub index: u64,
    /// Nanoseconds since the start of the history; never decreases.
    #[serde(rename = "t_ns")]
    pub time_ns: u64,
    /// Who does it, one operation at a time.
    #[serde(rename = "proc")]
    pub process: u64,
    /// Beginning, or which end.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// What is done.
    #[serde(rename = "f")]
    pub function: Function,
    /// The sends and polls of it, in order.
    #[serde(rename = "mops", default, skip_serializing_if = "Vec::is_empty")]
    pub micro_operations: Vec<MicroOperation>,
    /// Keys that changed hands during it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rebalanced: Vec<String>,
    /// Why it did not end well.
    #[serde(rename = "err", default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The keys of an assign or subscribe.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// What an observe saw, by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub partitions: BTreeMap<String, Watermarks>,
    /// What a group operation saw or stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupView>,
}

impl Event {
    /// An event without content; the recorder gives it its number.
    #[must_use]
    pub fn new(process: u64, kind: EventKind, function: Function) -> Self {
        Self {
            index: 0,
            time_ns: 0,
            process,
            kind,
            function,
            micro_operations: Vec::new(),
            rebalanced: Vec::new(),
            error: None,
            keys: Vec::new(),
            partitions: BTreeMap::new(),
            group: None,
        }
    }
}

/// Beginning or end of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// It begins.
    Invoke,
    /// It happened.
    Ok,
    /// It surely did not happen.
    Fail,
    /// Nobody knows whether it happened.
    Info,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Function {
    /// Sends outside of a transaction; each stands for itself.
    Send,
    /// Polls outside of a transaction.
    Poll,
    /// Sends and polls in one transaction: all or nothing.
    Txn,
    /// The process now polls exactly these keys, from where it says.
    Assign,
    /// The process now polls what its group gives it.
    Subscribe,
    /// The client of the process goes without a goodbye.
    Crash,
    /// Somebody looks at the watermarks of partitions.
    Observe,
    /// Somebody looks at, or commits, offsets of a group, or owns partitions in it.
    Group,
}

/// A send or a poll inside an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Form", into = "Form")]
pub enum MicroOperation {
    /// One value sent to one key.
    Send {
        /// Where to.
        key: String,
        /// What the broker acknowledged, if it did.
        offset: Option<i64>,
        /// What.
        value: u64,
    },
    /// What a poll returned: offset and value, by key, in the order of arrival.
    Poll(Returned),
}

/// What a poll returned: offset and value, by key, in the order of arrival.
type Returned = BTreeMap<String, Vec<(i64, u64)>>;

/// The array form of a micro-operation; its length tells which it is.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Send(SendTag, String, (Option<i64>, u64)),
    Poll(PollTag, Returned),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SendTag {
    Send,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PollTag {
    Poll,
}

impl From<Form> for MicroOperation {
    fn from(form: Form) -> Self {
        match form {
            Form::Send(SendTag::Send, key, (offset, value)) => Self::Send { key, offset, value },
            Form::Poll(PollTag::Poll, returned) => Self::Poll(returned),
        }
    }
}

impl From<MicroOperation> for Form {
    fn from(operation: MicroOperation) -> Self {
        match operation {
            MicroOperation::Send { key, offset, value } => Self::Send(SendTag::Send, key, (offset, value)),
            MicroOperation::Poll(returned) => Self::Poll(PollTag::Poll, returned),
        }
    }
}

/// The edges of one partition, as far as somebody saw them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watermarks {
    /// First offset that the log still holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_start: Option<i64>,
    /// Last stable offset: where the oldest open transaction begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_stable: Option<i64>,
    /// Exclusive end of what consumers may see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_watermark: Option<i64>,
    /// Exclusive end of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_end: Option<i64>,
    /// Epoch of the partition's leader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader_epoch: Option<i32>,
}

/// A member's or an outsider's view of a consumer group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupView {
    /// Name of the group.
    pub id: String,
    /// The member that owns or commits; empty for an outsider.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub member: String,
    /// Generation of the group.
    pub generation: i64,
    /// Keys that the member owns in this generation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owned: Vec<String>,
    /// Committed offsets, as stored by the member or as fetched.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub offsets: BTreeMap<String, i64>,
}
