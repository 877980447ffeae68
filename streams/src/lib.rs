//! Stream topologies with local state, in the words of Kafka Streams.
//!
//! A topology is written with [`StreamsBuilder`], tried with [`TopologyTestDriver`] and run by [`Application`].
//!
//! ```
//! use std::time::Duration;
//! use tidemill_streams::serde::{i64, string, time_windowed};
//! use tidemill_streams::{
//!     Consumed, Grouped, Materialized, Produced, StreamsBuilder, TimeWindows, TopologyTestDriver,
//! };
//!
//! let hour = Duration::from_secs(3600);
//! let builder = StreamsBuilder::new();
//! builder
//!     .stream("departures", Consumed::with(string(), string()))
//!     .group_by(|_carrier, airport| airport.clone(), Grouped::with(string(), string()))
//!     .windowed_by(TimeWindows::of_size(hour))
//!     .count(Materialized::named("departures-an-hour"))
//!     .to_stream()
//!     .to("busy-hours", Produced::inherited());
//!
//! let driver = TopologyTestDriver::new(&builder.build()?)?;
//! driver.input_topic("departures", string(), string()).pipe("UA".to_owned(), "EWR".to_owned(), 0)?;
//! let busy = driver.output_topic("busy-hours", time_windowed(string(), hour), i64()).read_values()?;
//! assert_eq!(busy, [1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order: `record` and [`serde`] are what flows, `dsl` is how a topology is written, `topology` what was
//! written, `runtime` runs it, `state` is what it remembers, `testing` drives it without a broker.

mod dsl;
mod record;
mod runtime;
pub mod serde;
mod state;
mod testing;
mod topology;
mod windows;

pub use dsl::{
    Consumed, Grouped, KGroupedStream, KStream, KTable, Materialized, Produced, StreamsBuilder,
    TimeWindowedKStream,
};
pub use record::{Data, Header, Headers, Record};
pub use runtime::{
    Application, ApplicationState, ProcessError, StartError, StreamsConfig, TaskError, TaskMetrics,
    ThreadError,
};
pub use state::{Emission, ReadOnlyKeyValueStore, ReadOnlyWindowStore, StateError, StateMemory, StoreEntry};
pub use testing::{
    CommitRule, RunSize, TestDriverError, TestDriverOptions, TestInputTopic, TestOutputTopic,
    TopologyTestDriver,
};
pub use topology::{TaskId, Topology, TopologyError};
pub use windows::{TimeWindows, Window, Windowed};
