//! What ends a task, a thread, or an application before it starts.

use std::io;

use tidemill_client::{
    AdminError, BatchError, CommitError, ConfigError, DeliveryError, PollError, SendError, TopicPartition,
};
use tidemill_environment::{Recoverable, Recovery};

use crate::serde::SerdeError;
use crate::state::StateError;
use crate::topology::TaskId;

/// Why a node could not process a run.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// A record to be sent does not fit its serde.
    #[error("cannot serialise the {part} of a record for topic {topic}: {source}")]
    Serialize {
        /// `key` or `value`.
        part: &'static str,
        /// Where the record was to go.
        topic: String,
        /// What the serde said.
        source: SerdeError,
    },
    /// A store failed.
    #[error(transparent)]
    State(StateError),
}

/// Why a task stopped. Its uncommitted work is dropped; it is done again by whoever runs the task next.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A record cannot be read.
    #[error("task {task}: cannot read the record at offset {offset} of {topic}-{partition}: {source}")]
    Deserialize {
        /// The task.
        task: TaskId,
        /// The source topic.
        topic: String,
        /// Its partition.
        partition: i32,
        /// The offset of the record.
        offset: i64,
        /// What the serde said.
        source: SerdeError,
    },
    /// A record has no event time.
    #[error(
        "task {task}: the record at offset {offset} of {topic}-{partition} has the timestamp {timestamp}: \
         give the source a timestamp extractor"
    )]
    InvalidTimestamp {
        /// The task.
        task: TaskId,
        /// The source topic.
        topic: String,
        /// Its partition.
        partition: i32,
        /// The offset of the record.
        offset: i64,
        /// What it has instead.
        timestamp: i64,
    },
    /// A node failed.
    #[error("task {task}, node {node}: {source}")]
    Process {
        /// The task.
        task: TaskId,
        /// The name of the node.
        node: String,
        /// Why.
        source: ProcessError,
    },
    /// User code panicked.
    #[error("task {task}, node {node}: user code panicked: {message}")]
    Panicked {
        /// The task.
        task: TaskId,
        /// The name of the node whose code it was.
        node: String,
        /// What the panic said.
        message: String,
    },
    /// The task's state failed.
    #[error("task {task}: {source}")]
    State {
        /// The task.
        task: TaskId,
        /// Why.
        source: StateError,
    },
}

impl Recoverable for TaskError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Deserialize { .. } => Recovery::Corrupt,
            Self::Process { source: ProcessError::State(source), .. } | Self::State { source, .. } => {
                source.recovery()
            }
            Self::InvalidTimestamp { .. } | Self::Process { .. } | Self::Panicked { .. } => Recovery::Fatal,
        }
    }
}

/// Why an application could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A client's configuration is wrong.
    #[error(transparent)]
    Config(ConfigError),
    /// The state directory cannot be used.
    #[error(transparent)]
    State(StateError),
    /// Topics that the topology reads do not exist.
    #[error("source topics do not exist: {}", topics.join(", "))]
    MissingTopics {
        /// Their names.
        topics: Vec<String>,
    },
    /// A topic with the name of an internal one is not what the topology needs.
    #[error(
        "internal topic {topic} does not fit this topology: {mismatch}; reset the application or rename it"
    )]
    InternalTopic {
        /// The topic.
        topic: String,
        /// What is different.
        mismatch: String,
    },
    /// The cluster refused an administrative call.
    #[error("cannot {action}: {source}")]
    Admin {
        /// What was attempted.
        action: &'static str,
        /// Why it failed.
        source: Box<AdminError>,
    },
    /// The operating system refused a thread.
    #[error("cannot start a stream thread: {source}")]
    Thread {
        /// Why.
        source: io::Error,
    },
}

impl StartError {
    /// Makes errors of an administrative call.
    pub(super) fn admin(action: &'static str) -> impl Fn(AdminError) -> Self {
        move |source| Self::Admin { action, source: Box::new(source) }
    }
}

impl Recoverable for StartError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Admin { source, .. } => source.recovery(),
            Self::State(source) => source.recovery(),
            Self::Thread { .. } => Recovery::Retry,
            Self::Config(_) | Self::MissingTopics { .. } | Self::InternalTopic { .. } => Recovery::Fatal,
        }
    }
}

/// What ended a stream thread, and with it the application.
#[derive(Debug, thiserror::Error)]
pub enum ThreadError {
    /// A task failed.
    #[error(transparent)]
    Task(TaskError),
    /// A task's state cannot be opened.
    #[error("task {task}: {source}")]
    Open {
        /// The task.
        task: TaskId,
        /// Why.
        source: StateError,
    },
    /// Records cannot be fetched.
    #[error("cannot fetch records: {0}")]
    Poll(PollError),
    /// A fetched batch is damaged.
    #[error("cannot read a batch of {partition}: {source}")]
    Batch {
        /// Where it came from.
        partition: TopicPartition,
        /// What is wrong with it.
        source: BatchError,
    },
    /// A consumer refused.
    #[error("cannot {action}: {reason}")]
    Consumer {
        /// What was attempted.
        action: &'static str,
        /// What it said.
        reason: String,
    },
    /// A record was not accepted.
    #[error("cannot send a record: {0}")]
    Send(SendError),
    /// A record was not acknowledged.
    #[error("a record was not acknowledged: {0}")]
    Delivery(DeliveryError),
    /// Offsets were not committed.
    #[error("cannot commit offsets: {0}")]
    Commit(CommitError),
    /// The ends of changelogs are unknown.
    #[error("cannot find the ends of changelogs: {0}")]
    Changelog(AdminError),
    /// The thread itself panicked: a mistake of this library.
    #[error("the stream thread panicked")]
    Panicked,
}

impl Recoverable for ThreadError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Task(source) => source.recovery(),
            Self::Open { source, .. } => source.recovery(),
            Self::Poll(source) => source.recovery(),
            Self::Batch { .. } => Recovery::Corrupt,
            Self::Send(source) => source.recovery(),
            Self::Delivery(source) => source.recovery(),
            Self::Commit(source) => source.recovery(),
            Self::Changelog(source) => source.recovery(),
            Self::Consumer { .. } | Self::Panicked => Recovery::Fatal,
        }
    }
}
