//! The words a topology is written in, those of Kafka Streams.
//!
//! `builder` begins a topology, `kstream`, `grouped` and `ktable` are what operators apply to, `operators/` has one file
//! per operator and `options` what can be said about serdes, stores and names.

mod builder;
mod grouped;
mod kstream;
mod ktable;
mod operators;
mod options;

pub use builder::StreamsBuilder;
pub use grouped::{KGroupedStream, TimeWindowedKStream};
pub use kstream::KStream;
pub use ktable::KTable;
pub use options::{Consumed, Grouped, Materialized, Produced};
