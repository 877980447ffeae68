//! The transaction coordinator: who may write under a transactional id, and how each of its transactions ends.
//!
//! ```text
//! Empty --add--> Ongoing --end--> PrepareCommit | PrepareAbort --markers written--> CompleteCommit | CompleteAbort
//!   ^                ^  \--timeout, new producer--> PrepareAbort, epoch + 1                  |
//!   |                \-----------------------------add---------------------------------------+
//!   +-----------------------------new producer (epoch + 1)-----------------------------------+
//! ```
//! The decision is the record of a Prepare state: once it is durable the outcome never changes, and markers are
//! written until every partition has one, across restarts. The state is a fold over `__transaction_state` (KIP-98).
//!
//! Both protocols are served. In the first the producer adds each partition before it writes there and keeps its
//! epoch; a produce request is checked against what was added. In the second (KIP-890, `transaction.version=2`) the
//! broker adds partitions as the producer writes, and every end raises the epoch: what is left of an old transaction
//! can never reach a later one.
//!
//! Reading order:
//! * [`state`]: the states and their names;
//! * [`transactional_id`]: what is known of one transactional id, and its transitions;
//! * [`records`]: the bytes of `__transaction_state`;
//! * [`coordinator`]: a shard, all transactional ids of one partition of `__transaction_state`;
//! * [`service`]: the shards at work, and the check of what a producer writes;
//! * [`admission`]: which batches of a produce request may be appended;
//! * [`markers`]: the writers of markers;
//! * `marker_tasks`: their tasks.

pub(crate) mod admission;
pub(crate) mod coordinator;
mod marker_tasks;
pub(crate) mod markers;
pub(crate) mod records;
pub(crate) mod service;
pub(crate) mod state;
pub(crate) mod transactional_id;
