//! The flights of January 2013, on the test driver and on a broker, against a batch computation that shares no code with
//! the topology.

mod batch;
mod broker;
mod test_driver;
