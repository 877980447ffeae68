//! A Kafka-protocol broker on one node.
pub mod config;
pub mod group;
