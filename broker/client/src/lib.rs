//! Native Kafka client: producer, consumer, admin.
//!
//! It speaks the public Kafka protocol to any broker of version 2.1 or later. The network runs on two threads of
//! the process ([`network`]); every client has an async face that any executor can poll and a blocking face for
//! plain threads. Logic that can be wrong (retries and sequences of a producer, group membership, fetching) is
//! written as state machines without I/O, which the tests drive with a clock of their own.

mod cluster;
mod config;
mod connection;
mod network;
mod record;

pub use cluster::{BrokerMetadata, Metadata, PartitionMetadata, TopicMetadata};
pub use config::{
    Acks, AdminConfig, AssignorChoice, AutoOffsetReset, ConfigError, ConfigWarning, ConnectionConfig,
    ConsumerConfig, IsolationLevel, PartitionerChoice, ProducerConfig, Properties, WarningReason,
};
pub use connection::CallError;
pub use record::{
    ConsumerGroupMetadata, Header, OffsetAndMetadata, OffsetAndTimestamp, ProducerRecord, RecordMetadata,
    TopicPartition,
};
