//! A Kafka-protocol broker on one node.
//!
//! ```text
//! network -> handlers -> partition -> tidemill-log
//!                     -> catalog   (metadata: a fold over __cluster_metadata-0)
//!                     -> group     (coordinator: a fold over __consumer_offsets)
//!                     -> transaction (coordinator: a fold over __transaction_state)
//!  group, transaction -> coordinator_shard   (what coordinators share: a state machine over its log)
//! ```
//!
//! [`Broker::start`] runs all of it inside this process; nothing else is public but configuration and errors.

mod broker;
mod broker_state;
mod catalog;
pub mod config;
pub mod coordinator_shard;
mod data_dir;
mod error_chain;
pub mod fetch_session;
pub mod group;
mod handlers;
mod http;
mod metrics;
mod network;
mod partition;
mod transaction;

pub use broker::{Broker, StartError};
pub use config::broker_config::BrokerConfig;
pub use data_dir::DataDirError;
