//! The producer: records in, acknowledged offsets out.
//!
//! In reading order: `handle` is what callers hold; `partitioner` chooses partitions; `accumulator` collects
//! records into batches, `buffer_memory` bounds them, `delivery` tells callers what became of them; `sender`
//! decides what to send when (a state machine), `sender_answers` what it learns, `effects` is what goes in and out of it, `tracked` one partition in
//! its eyes; `transactions` makes records and offsets visible together; `dispatch` does the sending, over a `node_link` to each broker; `errors` is how it fails, `blocking` and `typed` are other faces.

mod accumulator;
mod batch;
mod blocking;
mod buffer_memory;
mod delivery;
mod dispatch;
mod effects;
mod errors;
mod handle;
mod node_link;
mod partitioner;
mod sender;
mod sender_answers;
#[cfg(test)]
mod sender_repeat_tests;
#[cfg(test)]
mod sender_tests;
mod tracked;
mod transactions;
mod typed;

pub use blocking::BlockingProducer;
pub use delivery::Delivery;
pub use errors::{DeliveryError, SendError};
pub use handle::{BorrowedRecord, Producer};
pub use partitioner::{
    Partitioner, PartitionerInput, RoundRobinPartitioner, StickyPartitioner, murmur2_partition,
};
pub use transactions::{TransactionError, TransactionFailure};
pub use typed::TypedProducer;
