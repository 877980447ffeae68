//! The rules, one file a family: `places`, `reads`, `loss`, `polls`, `sends`, `cycles`, `watermarks`, `groups`.

mod cycles;
mod groups;
mod loss;
mod places;
mod polls;
mod reads;
mod sends;
mod watermarks;

use crate::derivation::{Derivation, Fate};
use crate::history::{History, Outcome};
use crate::report::{Anomaly, Finding, Report};

/// How to judge.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The history ends with a phase that polls every key to its end, so that what was never polled is gone.
    pub reads_all: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { reads_all: true }
    }
}

/// Judges a history.
#[must_use]
pub fn check(history: &History, options: Options) -> Report {
    let derivation = Derivation::new(history);
    let mut verdict = Verdict::default();
    places::check(&derivation, &mut verdict);
    reads::check(&derivation, &mut verdict);
    loss::check(&derivation, options.reads_all, &mut verdict);
    polls::check(&derivation, &mut verdict);
    sends::check(&derivation, &mut verdict);
    cycles::check(&derivation, &mut verdict);
    watermarks::check(&derivation, &mut verdict);
    groups::check(&derivation, &mut verdict);
    let mut report = verdict.report;
    report.findings.sort_by_key(|finding| finding.anomaly);
    count(&derivation, &mut report);
    report
}

/// Collects findings.
#[derive(Debug, Default)]
struct Verdict {
    report: Report,
}

impl Verdict {
    fn find(&mut self, anomaly: Anomaly, message: String, operations: impl IntoIterator<Item = usize>) {
        let mut operations: Vec<usize> = operations.into_iter().collect();
        operations.sort_unstable();
        operations.dedup();
        self.report.findings.push(Finding { anomaly, message, operations });
    }

    fn allow(&mut self, name: &'static str) {
        *self.report.allowed.entry(name).or_default() += 1;
    }
}

fn count(derivation: &Derivation<'_>, report: &mut Report) {
    let statistics = &mut report.statistics;
    for operation in derivation.operations {
        match operation.outcome {
            Outcome::Ok => statistics.ok += 1,
            Outcome::Fail => statistics.fail += 1,
            Outcome::Info => statistics.info += 1,
        }
    }
    for (value, sent) in &derivation.sent {
        match sent.fate {
            Fate::Written => statistics.acknowledged += 1,
            Fate::Failed => statistics.failed += 1,
            Fate::Unknown => statistics.unknown += 1,
        }
        statistics.read += u64::from(derivation.was_read(sent.key, *value));
    }
}
