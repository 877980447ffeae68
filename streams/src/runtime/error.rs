//! What ends a task.

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
            Self::Process {
                source: ProcessError::State(source),
                ..
            }
            | Self::State { source, .. } => source.recovery(),
            Self::InvalidTimestamp { .. } | Self::Process { .. } | Self::Panicked { .. } => Recovery::Fatal,
        }
    }
}
