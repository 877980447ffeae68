//! Checks a history of sends, polls and transactions against what a log with transactions promises.
//!
//! A history is text, one JSON object a line: one when an operation begins, one when it ends.
//!
//! ```text
//! {"i":7,"t_ns":120,"proc":3,"type":"invoke","f":"txn","mops":[["send","orders-0",[null,41]],["poll",{}]]}
//! {"i":9,"t_ns":480,"proc":3,"type":"ok","f":"txn","mops":[["send","orders-0",[12,41]],["poll",{"orders-1":[[3,17]]}]]}
//! ```
//!
//! The rules are those of Jepsen's Kafka workload (`jepsen.tests.kafka`), with more for what our own faults can
//! show: acknowledged offsets, watermarks, group offsets, owners. The checker knows nothing of the broker: it
//! judges what clients saw, so it can judge any broker.
//!
//! In reading order: [`Event`] (a line), [`History`] (lines paired to operations), `derivation` (what the log must
//! have been), `checks` (one file a family of rules), [`Report`] (what is wrong, with the operations concerned).
//! It holds a whole history in memory and does not follow a running one.

mod checks;
mod components;
mod derivation;
mod event;
mod history;
mod reader;
mod recorder;
mod report;

pub use checks::{Options, check};
pub use event::{Event, EventKind, Function, GroupView, MicroOperation, Watermarks};
pub use history::{History, HistoryError, Operation, Outcome};
pub use reader::{Limits, ReadError, parse, read};
pub use recorder::Recorder;
pub use report::{Anomaly, Finding, Report, Statistics};
