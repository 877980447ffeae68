//! Running a topology.
//!
//! A task (`task`) owns the queues of its source partitions (`partition_queue`), one processor per node (`processor`) and
//! its state (`task_state`). It chooses runs of records (`run`) by the timestamps at the heads of its queues and drives
//! them through its processors, which exchange owned runs. Tasks do no I/O but their state's: what they send is collected
//! (`output`) for whoever drives them.
//!
//! An `application` checks and creates its topics (`internal_topics`) and starts threads. A thread (`stream_thread`) polls and
//! drives its tasks (`thread_tasks`), which it restores from their changelogs first (`restore`); what they send goes through
//! `record_sender`. `assignor` decides who of the
//! group has which task, `status` is what the outside sees, `config` what it says.

mod application;
mod assignor;
mod config;
mod error;
mod internal_topics;
mod metrics;
mod output;
mod partition_queue;
mod processor;
mod record_sender;
mod restore;
mod run;
mod status;
mod stream_thread;
mod task;
mod task_state;
mod thread_tasks;

pub use application::Application;
pub use config::StreamsConfig;
pub use error::{ProcessError, StartError, TaskError, ThreadError};
pub use metrics::TaskMetrics;
pub use status::ApplicationState;

pub(crate) use output::OutgoingRecord;
pub(crate) use partition_queue::{
    PartitionQueue, SourceRecord, SourceSerdes, TimestampExtractor, TypedQueue,
};
pub(crate) use processor::{Operator, ProcessorContext, RunProcessor, erased};
pub(crate) use task::{Task, TaskOptions};
pub(crate) use task_state::{StateLocation, TaskState};
