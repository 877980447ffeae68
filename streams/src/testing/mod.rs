//! Running a topology without a broker, for tests: `driver` feeds the tasks that production runs, `topics` are its typed
//! ends.

mod driver;
mod topics;

pub use driver::{CommitRule, RunSize, TestDriverError, TestDriverOptions, TopologyTestDriver};
pub use topics::{TestInputTopic, TestOutputTopic};
