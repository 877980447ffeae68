//! A partition's commit log: segments, indexes, recovery, retention, compaction. Kafka's directory and file formats.
//!
//! ```text
//! append -> validation -> partition_log -> segment -> storage
//!                              |              +- offset_index, time_index, transaction_index (entry_file)
//!                              +- producer_state, leader_epochs, checkpoint
//! open   -> recovery (after an unclean stop) -> batch_scan
//! in the background -> compaction, scrub
//! ```
//!
//! A [`PartitionLog`] has one writer (`&mut self`) and any number of readers (`&self`). It knows no threads, no
//! clock and no network: time comes as [`Now`](tidemill_environment::Now), files through [`Storage`]. An append
//! is in the page cache when it returns and durable when a [`SyncTicket`] that began after it has completed.

mod batch_scan;
mod checkpoint;
mod compaction;
mod config;
mod entry_file;
mod file_names;
mod leader_epochs;
mod offset_index;
mod partition_log;
mod partition_metadata;
mod producer_state;
mod recovery;
mod scrub;
mod segment;
pub mod storage;
mod time_index;
mod transaction_index;
mod validation;

pub use batch_scan::ScanError;
pub use checkpoint::CheckpointError;
pub use compaction::{
    CleanedGroup, Compaction, CompactionError, CompactionOptions, CompactionReport, CompactionState,
    KeyMapOptions, Replaced,
};
pub use config::{CleanupPolicy, LogConfig, TopicCompression};
pub use file_names::{
    deleted_directory_name, is_deleted_directory_name, parse_partition_directory_name,
    partition_directory_name,
};
pub use leader_epochs::EpochOffset;
pub use partition_log::{
    AppendError, AppendOptions, AppendedInfo, Chunk, FileRegion, LogRead, MaintenanceError, OpenError,
    OpenOptions, PartitionLog, ReadError, RecordPosition, SyncError, SyncOutcome, SyncTicket,
    ValidatedBatches,
};
pub use partition_metadata::{PartitionMetadata, PartitionMetadataError};
pub use producer_state::{ProducerError, ProducerState, StoredBatch};
pub use recovery::{CutTail, RecoveryError, RecoveryReport};
pub use scrub::{DamagedBatch, ScrubError, SegmentToScrub};
pub use storage::{Disk, Storage, StorageError, StoredFile};
pub use time_index::TimestampOffset;
pub use transaction_index::AbortedTransaction;
pub use validation::{Admission, AppendOrigin, RecordFault, ValidationError};
