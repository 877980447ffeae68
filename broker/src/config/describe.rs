//! What DescribeConfigs answers: every key with its value, source and synonyms.

use super::layers::{BrokerLayers, ConfigSource};
use super::properties::Properties;
use super::registry::{self, ConfigKey};

/// One value that stands, or could stand, for a key: DescribeConfigs version 1 and later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigSynonym {
    /// The key it is set under.
    pub name: String,
    /// The value; `None` where it must not be shown.
    pub value: Option<String>,
    /// Where it is set.
    pub source: ConfigSource,
}

/// One key of a described resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedConfig {
    /// The key.
    pub name: String,
    /// The value in effect; `None` for null and for what must not be shown.
    pub value: Option<String>,
    /// Whether it cannot be altered while the broker runs.
    pub read_only: bool,
    /// Where the value comes from.
    pub source: ConfigSource,
    /// Whether the value is a secret.
    pub sensitive: bool,
    /// Every value that is set, strongest first, the default last.
    pub synonyms: Vec<ConfigSynonym>,
    /// The number of the value's type (version 3 and later).
    pub kind_id: i8,
}

/// Which resource of type BROKER is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerResource {
    /// One broker, by its id: every key.
    ThisBroker,
    /// The default of all brokers, by the empty name: only what was altered there.
    ClusterDefault,
}

/// Describes a topic with these `overrides`; `names` limits the keys, `None` takes all.
#[must_use]
pub fn describe_topic(
    overrides: &Properties,
    broker: BrokerLayers<'_>,
    names: Option<&[String]>,
) -> Vec<DescribedConfig> {
    registry::topic_keys()
        .filter(|key| is_listed(key, names) && (!key.internal || overrides.contains_key(key.name)))
        .map(|key| {
            let mut synonyms = Vec::new();
            if let Some(value) = overrides.get(key.name) {
                synonyms.push(synonym(key, key.name, value, ConfigSource::DynamicTopic));
            }
            for broker_key in &key.broker_keys {
                push_set_values(&mut synonyms, broker_key.name, broker);
            }
            for broker_key in &key.broker_keys {
                push_default(&mut synonyms, broker_key.name);
            }
            let value = match overrides.get(key.name) {
                Some(value) => key.check(value).ok(),
                None => broker.topic_default(key).ok().and_then(|(_, value)| value),
            };
            described(key, key.name, value, synonyms)
        })
        .map(|config| DescribedConfig { read_only: false, ..config })
        .collect()
}

/// Describes a broker; `names` limits the keys, `None` takes all.
#[must_use]
pub fn describe_broker(
    resource: BrokerResource,
    broker: BrokerLayers<'_>,
    names: Option<&[String]>,
) -> Vec<DescribedConfig> {
    let all = registry::broker_keys()
        .filter(|key| {
            is_listed(key, names) && (!key.internal || broker.set_values(key.name).next().is_some())
        })
        .map(|key| describe_broker_key(key, key.name, broker));
    let overrides = [broker.dynamic_broker, broker.dynamic_default, broker.fixed]
        .into_iter()
        .flat_map(|properties| properties.keys())
        .filter(|name| registry::is_listener_override(name))
        .filter(|name| names.is_none_or(|names| names.contains(name)))
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .filter_map(|name| Some(describe_broker_key(registry::broker_key(name)?, name, broker)));
    let described = all.chain(overrides);
    match resource {
        BrokerResource::ThisBroker => described.collect(),
        BrokerResource::ClusterDefault => described.filter_map(only_cluster_default).collect(),
    }
}

fn describe_broker_key(key: &'static ConfigKey, name: &str, broker: BrokerLayers<'_>) -> DescribedConfig {
    let mut synonyms = Vec::new();
    let stand_ins = registry::stand_ins(name);
    push_set_values(&mut synonyms, name, broker);
    for stand_in in stand_ins.iter().filter(|stand_in| **stand_in != name) {
        push_set_values(&mut synonyms, stand_in, broker);
    }
    for stand_in in stand_ins {
        push_default(&mut synonyms, stand_in);
    }
    let set = broker.set_values(name).next().map(|(_, value)| value);
    let value = set.map_or_else(|| key.default.map(str::to_owned), |value| key.check(value).ok());
    described(key, name, value, synonyms)
}

/// Keeps a key if it was altered for all brokers, with that value.
fn only_cluster_default(mut config: DescribedConfig) -> Option<DescribedConfig> {
    config.synonyms.retain(|synonym| synonym.source == ConfigSource::DynamicDefaultBroker);
    let first = config.synonyms.first().filter(|synonym| synonym.name == config.name)?;
    config.value.clone_from(&first.value);
    config.source = first.source;
    Some(config)
}

fn is_listed(key: &ConfigKey, names: Option<&[String]>) -> bool {
    names.is_none_or(|names| names.iter().any(|name| name == key.name))
}

fn described(
    key: &ConfigKey,
    name: &str,
    value: Option<String>,
    synonyms: Vec<ConfigSynonym>,
) -> DescribedConfig {
    DescribedConfig {
        name: name.to_owned(),
        value: value.filter(|_| !key.is_sensitive()),
        read_only: !key.dynamic,
        source: synonyms.first().map_or(ConfigSource::Default, |synonym| synonym.source),
        sensitive: key.is_sensitive(),
        synonyms,
        kind_id: key.kind.wire_id(),
    }
}

fn push_set_values(synonyms: &mut Vec<ConfigSynonym>, name: &str, broker: BrokerLayers<'_>) {
    let Some(key) = registry::broker_key(name) else {
        return;
    };
    synonyms.extend(broker.set_values(name).map(|(source, value)| synonym(key, name, value, source)));
}

fn push_default(synonyms: &mut Vec<ConfigSynonym>, name: &str) {
    let Some(key) = registry::broker_key(name) else {
        return;
    };
    if let Some(default) = key.default {
        synonyms.push(synonym(key, key.name, default, ConfigSource::Default));
    }
}

fn synonym(key: &ConfigKey, name: &str, value: &str, source: ConfigSource) -> ConfigSynonym {
    let value = (!key.is_sensitive()).then(|| value.to_owned());
    ConfigSynonym { name: name.to_owned(), value, source }
}
