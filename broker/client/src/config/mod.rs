//! Client configuration under Java's key names: text is parsed once, here, into typed values.
//!
//! `properties` reads text, `connection` holds what every client needs, then one file per client.

mod admin;
mod connection;
mod consumer;
mod producer;
mod properties;

pub use admin::AdminConfig;
pub use connection::ConnectionConfig;
pub use consumer::{AssignorChoice, AutoOffsetReset, ConsumerConfig, IsolationLevel};
pub use producer::{Acks, PartitionerChoice, ProducerConfig};
pub use properties::{ConfigError, ConfigWarning, Properties, WarningReason};

pub(crate) use properties::PropertyReader;
