//! Configuration: Kafka's own key names, from text to typed values, and the registry behind the config APIs.
//!
//! Reading order:
//! * [`properties`]: the text of a `.properties` file;
//! * [`environment`]: `KAFKA_*` variables by the rule of the apache/kafka image;
//! * [`kind`]: types of values, their bounds, and the check of a text against them;
//! * [`registry`]: every broker and topic key of Kafka 4.3, from `broker_keys.txt` and `topic_keys.txt`;
//! * [`layers`]: which of several sources gives a broker key its value;
//! * [`listeners`]: `listeners`, `advertised.listeners` and the map of security protocols;
//! * [`broker_config`] and [`topic_config`]: typed values;
//! * [`describe`]: what DescribeConfigs answers;
//! * [`alter`]: what CreateTopics, AlterConfigs and IncrementalAlterConfigs may set.
//!
//! Nothing here reads a file, the environment or a clock.

pub mod alter;
pub(crate) mod background_config;
pub mod broker_config;
pub mod describe;
pub mod environment;
pub mod error;
pub mod kind;
pub mod layers;
pub mod listeners;
pub mod properties;
pub mod registry;
pub mod topic_config;

#[cfg(test)]
mod tests;
