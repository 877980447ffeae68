//! Native Kafka client: producer, consumer, admin.
//!
//! It speaks the public Kafka protocol to any broker of version 2.1 or later. The network runs on two threads of
//! the process (`network`); every client has an async face that any executor can poll and a blocking face for
//! plain threads. Logic that can be wrong (retries and sequences of a producer, group membership, fetching) is
//! written as state machines without I/O, which the tests drive with a clock of their own.

mod admin;
mod cluster;
mod committed;
mod config;
mod connection;
mod consumer;
mod list_offsets;
mod network;
mod producer;
mod record;
mod serializer;

pub use admin::{
    Admin, AdminError, AlterOperation, BlockingAdmin, ClusterDescription, ConfigAlteration,
    ConfigDescription, ConfigEntry, ConfigResource, ConfigSource, CreateTopicsOptions, CreatedTopic,
    GroupDescription, GroupListing, GroupMember, HangingTransaction, ItemResults, LogDirDescription,
    NewPartitions, NewTopic, OffsetSpec, ProducerDescription, ReplicaSize, ResourceType,
    TransactionDescription, TransactionFilter, TransactionListing,
};
pub use cluster::{BrokerMetadata, Metadata, PartitionMetadata, TopicMetadata};
pub use config::{
    Acks, AdminConfig, AssignorChoice, AutoOffsetReset, ConfigError, ConfigWarning, ConnectionConfig,
    ConsumerConfig, IsolationLevel, PartitionerChoice, ProducerConfig, Properties, WarningReason,
};
pub use connection::CallError;
pub use consumer::{
    AssignError, Assignor, BlockingConsumer, CommitError, ConsumedBatch, Consumer, CooperativeStickyAssignor,
    MemberAssignment, MemberSubscription, OffsetError, PollError, Polled, RangeAssignor, RebalanceListener,
    Records, RoundRobinAssignor, StickyAssignor, SubscribeError, TypedRecord, TypedRecordError, TypedRecords,
};
pub use producer::{
    BlockingProducer, BorrowedRecord, Delivery, DeliveryError, Partitioner, PartitionerInput, Producer,
    RoundRobinPartitioner, SendError, StickyPartitioner, TransactionError, TransactionFailure, TypedProducer,
    murmur2_partition,
};
pub use record::{
    ConsumerGroupMetadata, Header, OffsetAndMetadata, OffsetAndTimestamp, ProducerRecord, RecordMetadata,
    TopicPartition,
};
pub use serializer::{
    BytesSerializer, Deserializer, LongSerializer, Nullable, SerializationError, Serializer, StringSerializer,
};
pub use tidemill_protocol::ErrorCode;
pub use tidemill_protocol::records::{BatchError, Compression, HeaderRef, RecordRef};
