//! What a check found, as a text that shows the operations concerned.

use std::collections::BTreeMap;
use std::fmt;

use crate::history::{History, Operation};

/// Findings of one kind that the text shows in full.
const EXAMPLES: usize = 5;
/// Operations shown for one finding.
const SHOWN_OPERATIONS: usize = 12;
/// Characters shown of one operation.
const SHOWN_CHARACTERS: usize = 400;

/// A broken promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anomaly {
    /// An offset holds two values.
    InconsistentOffsets,
    /// A value stands at two offsets.
    Duplicate,
    /// A value was acknowledged at another offset than it was polled at.
    AcknowledgedElsewhere,
    /// A polled value that nobody sent to that partition.
    NeverSent,
    /// G1a: a value of a failed operation was polled.
    AbortedRead,
    /// An operation polled a value that it wrote itself.
    PrecommittedRead,
    /// A committed value was passed over by all readers.
    LostWrite,
    /// An acknowledged value was not polled even at the end.
    Unseen,
    /// One operation passed over a value.
    InternalPollSkip,
    /// One operation polled backwards.
    InternalNonmonotonicPoll,
    /// Consecutive polls passed over a value.
    PollSkip,
    /// Consecutive polls went backwards.
    NonmonotonicPoll,
    /// One operation's sends are stored in another order.
    InternalNonmonotonicSend,
    /// One producer's sends are stored in another order.
    NonmonotonicSend,
    /// G1c: information flows in a circle.
    CircularFlow,
    /// Information flows in a circle together with the order of time.
    CircularFlowInTime,
    /// The log ends below what was acknowledged.
    EndBehindAcknowledged,
    /// A watermark went back.
    WatermarkWentBack,
    /// Log start, last stable offset, high watermark and log end stand in the wrong order.
    WatermarksDisagree,
    /// A group's offset went back within a generation.
    GroupOffsetWentBack,
    /// Two members own one partition in one generation.
    TwoOwners,
}

impl Anomaly {
    /// The name in reports; Jepsen's where there is one.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InconsistentOffsets => "inconsistent-offsets",
            Self::Duplicate => "duplicate",
            Self::AcknowledgedElsewhere => "acknowledged-elsewhere",
            Self::NeverSent => "never-sent",
            Self::AbortedRead => "G1a",
            Self::PrecommittedRead => "precommitted-read",
            Self::LostWrite => "lost-write",
            Self::Unseen => "unseen",
            Self::InternalPollSkip => "int-poll-skip",
            Self::InternalNonmonotonicPoll => "int-nonmonotonic-poll",
            Self::PollSkip => "poll-skip",
            Self::NonmonotonicPoll => "nonmonotonic-poll",
            Self::InternalNonmonotonicSend => "int-nonmonotonic-send",
            Self::NonmonotonicSend => "nonmonotonic-send",
            Self::CircularFlow => "G1c",
            Self::CircularFlowInTime => "G1c-realtime",
            Self::EndBehindAcknowledged => "end-behind-acknowledged",
            Self::WatermarkWentBack => "watermark-went-back",
            Self::WatermarksDisagree => "watermarks-disagree",
            Self::GroupOffsetWentBack => "group-offset-went-back",
            Self::TwoOwners => "two-owners",
        }
    }
}

/// One broken promise, with where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which promise.
    pub anomaly: Anomaly,
    /// What exactly.
    pub message: String,
    /// Positions of the operations concerned in [`History::operations`].
    pub operations: Vec<usize>,
}

/// What the history holds; the measure of what a clean report is worth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Operations that happened.
    pub ok: u64,
    /// Operations that surely did not.
    pub fail: u64,
    /// Operations of unknown fate.
    pub info: u64,
    /// Values that were acknowledged.
    pub acknowledged: u64,
    /// Values sent in vain.
    pub failed: u64,
    /// Values of unknown fate.
    pub unknown: u64,
    /// Values that came back from at least one poll that happened.
    pub read: u64,
}

/// The verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What is wrong, in the order of [`Anomaly`].
    pub findings: Vec<Finding>,
    /// What was seen and is allowed: name and how often.
    pub allowed: BTreeMap<&'static str, u64>,
    /// How often values were polled by one process that subscribes: times, values.
    pub consume_counts: BTreeMap<u64, u64>,
    /// What the history holds.
    pub statistics: Statistics,
}

impl Report {
    /// Whether every promise was kept.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// How many findings there are of each kind.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Anomaly, usize> {
        let mut counts = BTreeMap::new();
        self.findings.iter().for_each(|finding| *counts.entry(finding.anomaly).or_default() += 1);
        counts
    }

    /// The whole report, with the first findings of each kind and their operations.
    #[must_use]
    pub fn text(&self, history: &History) -> String {
        let mut text = format!("{self}\n");
        let mut shown: BTreeMap<Anomaly, usize> = BTreeMap::new();
        for finding in &self.findings {
            let count = shown.entry(finding.anomaly).or_default();
            *count += 1;
            if *count > EXAMPLES {
                continue;
            }
            text += &format!("\n{}: {}\n", finding.anomaly.name(), finding.message);
            let operations =
                finding.operations.iter().filter_map(|position| history.operations().get(*position));
            operations
                .take(SHOWN_OPERATIONS)
                .for_each(|operation| text += &format!("    {}\n", line(operation)));
        }
        text
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Statistics { ok, fail, info, acknowledged, failed, unknown, read } = self.statistics;
        write!(
            formatter,
            "operations: {ok} ok, {fail} failed, {info} unknown; values: {acknowledged} acknowledged, {failed} failed, \
             {unknown} unknown, {read} read"
        )?;
        if !self.allowed.is_empty() {
            let seen: Vec<String> =
                self.allowed.iter().map(|(name, count)| format!("{name} {count}")).collect();
            write!(formatter, "\nallowed: {}", seen.join(", "))?;
        }
        if !self.consume_counts.is_empty() {
            let counts: Vec<String> =
                self.consume_counts.iter().map(|(times, values)| format!("{values} x{times}")).collect();
            write!(formatter, "\nvalues polled by one subscribed process: {}", counts.join(", "))?;
        }
        if self.is_clean() {
            return write!(formatter, "\nclean");
        }
        let counts: Vec<String> =
            self.counts().iter().map(|(anomaly, count)| format!("{} {count}", anomaly.name())).collect();
        write!(formatter, "\nFOUND: {}", counts.join(", "))
    }
}

/// One operation on one line.
fn line(operation: &Operation) -> String {
    let end = operation.completed.map_or_else(|| "never".to_owned(), |completed| completed.to_string());
    let content = if operation.micro_operations.is_empty() {
        format!("{:?} {:?}", operation.partitions, operation.group)
    } else {
        serde_json::to_string(&operation.micro_operations).unwrap_or_else(|error| error.to_string())
    };
    let mut shown: String = content.chars().take(SHOWN_CHARACTERS).collect();
    if shown.len() < content.len() {
        shown.push_str(" ..");
    }
    format!(
        "events {}..{end} process {} {:?} {:?} {shown}",
        operation.invoked, operation.process, operation.function, operation.outcome
    )
}
