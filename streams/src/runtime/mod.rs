//! Running a topology.
//!
//! A task (`task`) owns the queues of its source partitions (`partition_queue`), one processor per node (`processor`) and
//! its state (`task_state`). It chooses runs of records (`run`) by the timestamps at the heads of its queues and drives
//! them through its processors, which exchange owned runs. Tasks do no I/O but their state's: what they send is collected
//! (`output`) for whoever drives them.

mod error;
mod metrics;
mod output;
mod partition_queue;
mod processor;
mod run;
mod task;
mod task_state;

pub use error::{ProcessError, TaskError};
pub use metrics::TaskMetrics;

pub(crate) use output::OutgoingRecord;
pub(crate) use partition_queue::{
    PartitionQueue, SourceRecord, SourceSerdes, TimestampExtractor, TypedQueue,
};
pub(crate) use processor::{Operator, ProcessorContext, RunProcessor, erased};
pub(crate) use task::{Task, TaskOptions};
pub(crate) use task_state::{StateLocation, TaskState};
