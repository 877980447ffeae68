//! The states of a transactional id.

/// What the last transaction of a transactional id has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TransactionState {
    /// A producer was initialised and has begun no transaction.
    Empty,
    /// Partitions were added.
    Ongoing,
    /// It is decided to commit; markers are being written.
    PrepareCommit,
    /// It is decided to abort; markers are being written.
    PrepareAbort,
    /// Every partition has its commit marker.
    CompleteCommit,
    /// Every partition has its abort marker.
    CompleteAbort,
}

/// Names that Kafka knows and that no transactional id here is ever seen in.
const PASSING_NAMES: [&str; 2] = ["Dead", "PrepareEpochFence"];

impl TransactionState {
    const ALL: [Self; 6] = [
        Self::Empty,
        Self::Ongoing,
        Self::PrepareCommit,
        Self::PrepareAbort,
        Self::CompleteCommit,
        Self::CompleteAbort,
    ];

    /// The state's number in records.
    pub(crate) fn id(self) -> i8 {
        match self {
            Self::Empty => 0,
            Self::Ongoing => 1,
            Self::PrepareCommit => 2,
            Self::PrepareAbort => 3,
            Self::CompleteCommit => 4,
            Self::CompleteAbort => 5,
        }
    }

    /// The state with this number in records.
    pub(crate) fn from_id(id: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }

    /// The state's name in DescribeTransactions and ListTransactions.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Ongoing => "Ongoing",
            Self::PrepareCommit => "PrepareCommit",
            Self::PrepareAbort => "PrepareAbort",
            Self::CompleteCommit => "CompleteCommit",
            Self::CompleteAbort => "CompleteAbort",
        }
    }

    /// Tells whether Kafka has a state of this name.
    pub(crate) fn is_name(name: &str) -> bool {
        PASSING_NAMES.contains(&name) || Self::ALL.iter().any(|state| state.name() == name)
    }

    /// The state in which markers of this outcome are written.
    pub(crate) fn prepare(committed: bool) -> Self {
        if committed { Self::PrepareCommit } else { Self::PrepareAbort }
    }

    /// The outcome whose markers are being written.
    pub(crate) fn preparing(self) -> Option<bool> {
        match self {
            Self::PrepareCommit => Some(true),
            Self::PrepareAbort => Some(false),
            Self::Empty | Self::Ongoing | Self::CompleteCommit | Self::CompleteAbort => None,
        }
    }

    /// The outcome that every partition knows.
    pub(crate) fn completed(self) -> Option<bool> {
        match self {
            Self::CompleteCommit => Some(true),
            Self::CompleteAbort => Some(false),
            Self::Empty | Self::Ongoing | Self::PrepareCommit | Self::PrepareAbort => None,
        }
    }

    /// Tells whether the transactional id may be forgotten.
    pub(crate) fn may_expire(self) -> bool {
        matches!(self, Self::Empty | Self::CompleteCommit | Self::CompleteAbort)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_kafkas_numbers_and_names() {
        for (id, name) in (0..).zip([
            "Empty",
            "Ongoing",
            "PrepareCommit",
            "PrepareAbort",
            "CompleteCommit",
            "CompleteAbort",
        ]) {
            let state = TransactionState::from_id(id).unwrap();
            assert_eq!((state.id(), state.name()), (id, name));
            assert!(TransactionState::is_name(name));
        }
        assert_eq!(TransactionState::from_id(6), None);
        assert!(TransactionState::is_name("Dead") && !TransactionState::is_name("dead"));
    }
}
