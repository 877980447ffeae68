//! What can be wrong with a topology.

use tidemill_environment::{Recoverable, Recovery};

/// Why a topology cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopologyError {
    /// Two nodes, or two stores, have the same name.
    #[error("two {kind}s are named {name}: give one of them another name")]
    DuplicateName {
        /// `node` or `store`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A name that Kafka does not allow in a topic's name.
    #[error("{name:?} is not a legal name: 1 to 249 of a-z A-Z 0-9 . _ -")]
    InvalidName {
        /// The name.
        name: String,
    },
    /// A topic is read by two sources.
    #[error("topic {topic} is read by two sources: build both streams on one `stream`")]
    TopicReadTwice {
        /// The topic.
        topic: String,
    },
    /// A serde is needed and none is known.
    #[error("node {node} needs a serde for its {part}: the operators before it changed the type")]
    NoSerde {
        /// The node that stores or sends the value.
        node: String,
        /// `keys` or `values`.
        part: &'static str,
    },
    /// Nothing to run.
    #[error("the topology reads no topic")]
    Empty,
}

impl Recoverable for TopologyError {
    fn recovery(&self) -> Recovery {
        Recovery::Fatal
    }
}
