//! What the config APIs share: which resource is meant, its values, and the changes that replace them.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::create_topics::CreatableTopicConfig;

use crate::broker_state::BrokerState;
use crate::catalog::change::{Change, Overrides, Resource, TopicId};
use crate::catalog::image::MetadataImage;
use crate::catalog::metadata::CommitError;
use crate::config::alter;
use crate::config::describe::{self, BrokerResource, DescribedConfig};
use crate::config::error::{ConfigError, ConfigScope};
use crate::config::layers::BrokerLayers;

use super::errors;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;

/// Why a config request is refused for one resource.
#[derive(Debug)]
pub(super) struct RefusedConfig {
    pub(super) error: ErrorCode,
    pub(super) message: String,
}

/// The error code and message that tell a client what became of its change.
pub(super) fn told(changed: Result<(), RefusedConfig>) -> (i16, Option<String>) {
    match changed {
        Ok(()) => (ErrorCode::None.code(), None),
        Err(refused) => (refused.error.code(), Some(refused.message)),
    }
}

/// A resource of a request that exists.
pub(super) enum Target<'a> {
    Topic(&'a str),
    ThisBroker,
    ClusterDefault,
}

impl<'a> Target<'a> {
    /// Finds out what `resource_type` and `name` of a request mean.
    pub(super) fn parse(
        broker: &BrokerState,
        resource_type: i8,
        name: &'a str,
    ) -> Result<Self, RefusedConfig> {
        match resource_type {
            TOPIC => Ok(Self::Topic(name)),
            BROKER if name.is_empty() => Ok(Self::ClusterDefault),
            BROKER if name.parse() == Ok(broker.node_id) => Ok(Self::ThisBroker),
            BROKER => {
                Err(invalid(format!("broker {name:?} does not exist; this broker is {}", broker.node_id)))
            }
            other => Err(invalid(format!("config resource type {other} is not supported"))),
        }
    }

    /// Describes the resource; `names` limits the keys.
    pub(super) fn describe(
        &self,
        broker: &BrokerState,
        names: Option<&[String]>,
    ) -> Result<Vec<DescribedConfig>, RefusedConfig> {
        let image = broker.metadata.image();
        let layers = broker.layers(&image);
        match self {
            Self::Topic(name) => {
                let topic = image.topic(name).ok_or_else(|| unknown_topic(name))?;
                Ok(describe::describe_topic(&topic.overrides, layers, names))
            }
            Self::ThisBroker => Ok(describe::describe_broker(BrokerResource::ThisBroker, layers, names)),
            Self::ClusterDefault => {
                Ok(describe::describe_broker(BrokerResource::ClusterDefault, layers, names))
            }
        }
    }

    /// Replaces the resource's overrides by what `decide` makes of them, in one metadata change.
    pub(super) fn change(
        &self,
        broker: &BrokerState,
        validate_only: bool,
        decide: impl FnOnce(&Self, &Overrides, BrokerLayers<'_>) -> Result<Overrides, ConfigError>,
    ) -> Result<(), RefusedConfig> {
        let scope = match self {
            Self::Topic(_) => ConfigScope::Topic,
            Self::ThisBroker | Self::ClusterDefault => ConfigScope::Broker,
        };
        let decided: Result<Result<(), RefusedConfig>, CommitError> = broker.change_metadata(|image| {
            let replaced = self.current(broker, image).and_then(|(resource, current)| {
                let replaced =
                    decide(self, current, broker.layers(image)).map_err(|error| refused(&error, scope))?;
                Ok(differences(&resource, current, &replaced))
            });
            match replaced {
                Ok(_) if validate_only => (Vec::new(), Ok(())),
                Ok(changes) => (changes, Ok(())),
                Err(refused) => (Vec::new(), Err(refused)),
            }
        });
        decided
            .map_err(|error| RefusedConfig { error: errors::of_commit(&error), message: error.to_string() })?
    }

    fn current<'b>(
        &self,
        broker: &BrokerState,
        image: &'b MetadataImage,
    ) -> Result<(Resource, &'b Overrides), RefusedConfig> {
        match self {
            Self::Topic(name) => {
                let topic = image.topic(name).ok_or_else(|| unknown_topic(name))?;
                Ok((Resource::Topic(TopicId(topic.id)), &topic.overrides))
            }
            Self::ThisBroker => {
                Ok((Resource::Broker(broker.node_id), image.broker_overrides(broker.node_id)))
            }
            Self::ClusterDefault => Ok((Resource::ClusterDefault, image.cluster_overrides())),
        }
    }
}

/// Checks the configs of a CreateTopics request.
pub(super) fn checked_topic_overrides(
    broker: &BrokerState,
    configs: &[CreatableTopicConfig],
) -> Result<Overrides, RefusedConfig> {
    let image = broker.metadata.image();
    let pairs = configs.iter().map(|config| (config.name.as_str(), config.value.as_deref()));
    alter::replace_topic(pairs, broker.layers(&image)).map_err(|error| refused(&error, ConfigScope::Topic))
}

/// Describes a topic that has these overrides.
pub(super) fn describe_topic_values(broker: &BrokerState, overrides: &Overrides) -> Vec<DescribedConfig> {
    let image = broker.metadata.image();
    describe::describe_topic(overrides, broker.layers(&image), None)
}

fn differences(resource: &Resource, current: &Overrides, replaced: &Overrides) -> Vec<Change> {
    let changed = |key: &String, value: Option<&String>| Change::ConfigChanged {
        resource: resource.clone(),
        key: key.clone(),
        value: value.cloned(),
    };
    let set = replaced.iter().filter(|(key, value)| current.get(*key) != Some(*value));
    let removed = current.keys().filter(|key| !replaced.contains_key(*key));
    set.map(|(key, value)| changed(key, Some(value))).chain(removed.map(|key| changed(key, None))).collect()
}

fn refused(error: &ConfigError, scope: ConfigScope) -> RefusedConfig {
    RefusedConfig { error: error.error_code(scope), message: error.to_string() }
}

fn unknown_topic(name: &str) -> RefusedConfig {
    match crate::catalog::topics::check_name(name) {
        Err(error) => RefusedConfig { error: errors::of_topic(&error), message: error.to_string() },
        Ok(()) => RefusedConfig {
            error: ErrorCode::UnknownTopicOrPartition,
            message: format!("topic {name:?} does not exist"),
        },
    }
}

fn invalid(message: String) -> RefusedConfig {
    RefusedConfig { error: ErrorCode::InvalidRequest, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_overrides_stores_only_what_differs() {
        let overrides = |pairs: &[(&str, &str)]| -> Overrides {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let current = overrides(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let replaced = overrides(&[("a", "1"), ("b", "5"), ("d", "4")]);
        let changed = |key: &str, value: Option<&str>| Change::ConfigChanged {
            resource: Resource::ClusterDefault,
            key: key.into(),
            value: value.map(Into::into),
        };
        assert_eq!(
            differences(&Resource::ClusterDefault, &current, &replaced),
            [changed("b", Some("5")), changed("d", Some("4")), changed("c", None)]
        );
    }
}
