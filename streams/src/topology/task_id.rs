//! The name of a task: `<sub-topology>_<partition>`, as in Kafka Streams.

use std::fmt;
use std::str::FromStr;

/// One sub-topology at one partition of its source topics: the unit of work that is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId {
    /// The number of the sub-topology.
    pub sub_topology: usize,
    /// The partition of its source topics.
    pub partition: i32,
}

impl fmt::Display for TaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}_{}", self.sub_topology, self.partition)
    }
}

/// A text that is not a task id.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a task id such as 0_1")]
pub struct InvalidTaskId(String);

impl FromStr for TaskId {
    type Err = InvalidTaskId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (sub_topology, partition) = text.split_once('_')?;
            Some(Self { sub_topology: sub_topology.parse().ok()?, partition: partition.parse().ok()? })
        };
        parse().ok_or_else(|| InvalidTaskId(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_id_reads_back_as_printed() {
        let task = TaskId { sub_topology: 1, partition: 12 };
        assert_eq!(task.to_string(), "1_12");
        assert_eq!("1_12".parse(), Ok(task));
        assert!("process-id".parse::<TaskId>().is_err());
    }
}
