//! What CreateTopics, AlterConfigs and IncrementalAlterConfigs may set.
//!
//! Each function takes what is stored and what is asked, and returns what is to be stored: nothing is applied
//! when one key of a resource is wrong.

use std::collections::BTreeSet;

use super::describe::BrokerResource;
use super::error::{ConfigError, ConfigScope};
use super::kind::{self, Kind};
use super::layers::BrokerLayers;
use super::properties::Properties;
use super::registry::{self, ConfigKey};
use super::topic_config::TopicConfig;

/// One entry of an IncrementalAlterConfigs request (KIP-339).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alteration {
    /// The key.
    pub name: String,
    /// 0 SET, 1 DELETE, 2 APPEND, 3 SUBTRACT.
    pub operation: i8,
    /// The value; ignored by DELETE.
    pub value: Option<String>,
}

/// Computes a topic's overrides after an IncrementalAlterConfigs request.
///
/// # Errors
/// [`ConfigError`] that names the first key that cannot be altered so.
pub fn alter_topic(
    current: &Properties,
    alterations: &[Alteration],
    broker: BrokerLayers<'_>,
) -> Result<Properties, ConfigError> {
    let mut altered = current.clone();
    refuse_duplicates(alterations.iter().map(|alteration| alteration.name.as_str()))?;
    for alteration in alterations {
        let key = topic_key(&alteration.name)?;
        let default = || broker.topic_default(key).map(|(_, value)| value.unwrap_or_default());
        apply(&mut altered, key, alteration, default)?;
    }
    check_topic(&altered, broker)?;
    Ok(altered)
}

/// Computes the overrides of a topic that is created or whose configuration is replaced (AlterConfigs).
///
/// # Errors
/// [`ConfigError`] that names the first key that cannot be set so.
pub fn replace_topic<'a>(
    configs: impl Iterator<Item = (&'a str, Option<&'a str>)> + Clone,
    broker: BrokerLayers<'_>,
) -> Result<Properties, ConfigError> {
    refuse_duplicates(configs.clone().map(|(name, _)| name))?;
    let mut replaced = Properties::new();
    for (name, value) in configs {
        let value = value.ok_or_else(|| ConfigError::NullValue { key: name.to_owned() })?;
        replaced.insert(topic_key(name)?.name.to_owned(), value.to_owned());
    }
    check_topic(&replaced, broker)?;
    Ok(replaced)
}

/// Computes the dynamic configuration of `resource` after an IncrementalAlterConfigs request.
///
/// # Errors
/// [`ConfigError`] that names the first key that cannot be altered so.
pub fn alter_broker(
    resource: BrokerResource,
    current: &Properties,
    alterations: &[Alteration],
) -> Result<Properties, ConfigError> {
    let mut altered = current.clone();
    refuse_duplicates(alterations.iter().map(|alteration| alteration.name.as_str()))?;
    for alteration in alterations {
        let key = dynamic_broker_key(resource, &alteration.name)?;
        apply(&mut altered, key, alteration, || Ok(key.default.unwrap_or_default().to_owned()))?;
    }
    check_broker(&altered)?;
    Ok(altered)
}

/// Computes the dynamic configuration of `resource` after an AlterConfigs request, which replaces it.
///
/// # Errors
/// [`ConfigError`] that names the first key that cannot be set so.
pub fn replace_broker<'a>(
    resource: BrokerResource,
    configs: impl Iterator<Item = (&'a str, Option<&'a str>)> + Clone,
) -> Result<Properties, ConfigError> {
    refuse_duplicates(configs.clone().map(|(name, _)| name))?;
    let mut replaced = Properties::new();
    for (name, value) in configs {
        let value = value.ok_or_else(|| ConfigError::NullValue { key: name.to_owned() })?;
        dynamic_broker_key(resource, name)?;
        replaced.insert(name.to_owned(), value.to_owned());
    }
    check_broker(&replaced)?;
    Ok(replaced)
}

/// Applies one alteration. List operations start from `default` where nothing is set.
fn apply(
    properties: &mut Properties,
    key: &ConfigKey,
    alteration: &Alteration,
    default: impl Fn() -> Result<String, ConfigError>,
) -> Result<(), ConfigError> {
    let name = &alteration.name;
    let value = || alteration.value.as_deref().ok_or_else(|| ConfigError::NullValue { key: name.clone() });
    let old_list = |operation: &'static str| -> Result<Vec<String>, ConfigError> {
        if key.kind != Kind::List {
            return Err(ConfigError::NotAList { key: name.clone(), operation });
        }
        let text = properties.get(name).cloned().map_or_else(&default, Ok)?;
        Ok(kind::list_elements(&text).into_iter().map(str::to_owned).collect())
    };
    match alteration.operation {
        0 => {
            properties.insert(name.clone(), value()?.to_owned());
        }
        1 => {
            properties.remove(name);
        }
        2 => {
            let mut list = old_list("append to")?;
            for element in kind::list_elements(value()?) {
                if !list.iter().any(|present| present == element) {
                    list.push(element.to_owned());
                }
            }
            properties.insert(name.clone(), list.join(","));
        }
        3 => {
            let mut list = old_list("subtract from")?;
            let removed = kind::list_elements(value()?);
            list.retain(|present| !removed.contains(&present.as_str()));
            properties.insert(name.clone(), list.join(","));
        }
        operation => {
            return Err(ConfigError::UnknownOperation { key: name.clone(), operation });
        }
    }
    Ok(())
}

fn refuse_duplicates<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), ConfigError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(ConfigError::DuplicateKey { key: name.to_owned() });
        }
    }
    Ok(())
}

fn topic_key(name: &str) -> Result<&'static ConfigKey, ConfigError> {
    registry::topic_key(name)
        .ok_or_else(|| ConfigError::UnknownKey { scope: ConfigScope::Topic, key: name.to_owned() })
}

fn dynamic_broker_key(resource: BrokerResource, name: &str) -> Result<&'static ConfigKey, ConfigError> {
    let key = registry::broker_key(name)
        .ok_or_else(|| ConfigError::UnknownKey { scope: ConfigScope::Broker, key: name.to_owned() })?;
    if !key.dynamic {
        return Err(ConfigError::ReadOnly { key: name.to_owned() });
    }
    // Keys of one listener and of its TLS cannot be the default of brokers that may lack the listener.
    let is_per_broker =
        registry::is_listener_override(name) || name.starts_with("listener") || name.starts_with("ssl.");
    if resource == BrokerResource::ClusterDefault && is_per_broker {
        return Err(ConfigError::PerBroker { key: name.to_owned() });
    }
    Ok(key)
}

fn check_topic(overrides: &Properties, broker: BrokerLayers<'_>) -> Result<(), ConfigError> {
    for (name, value) in overrides {
        topic_key(name)?.check(value)?;
    }
    TopicConfig::new(overrides, broker)?;
    let compaction_lag = |name: &str| -> Result<i64, ConfigError> {
        let key = topic_key(name)?;
        let value = match overrides.get(name) {
            Some(value) => key.check(value)?,
            None => broker.topic_default(key)?.1.unwrap_or_default(),
        };
        Ok(value.parse().unwrap_or_default())
    };
    let (lower_value, upper_value) =
        (compaction_lag("min.compaction.lag.ms")?, compaction_lag("max.compaction.lag.ms")?);
    if lower_value > upper_value {
        return Err(ConfigError::Contradiction {
            lower_key: "min.compaction.lag.ms",
            lower_value,
            upper_key: "max.compaction.lag.ms",
            upper_value,
        });
    }
    Ok(())
}

fn check_broker(properties: &Properties) -> Result<(), ConfigError> {
    for (name, value) in properties {
        if let Some(key) = registry::broker_key(name) {
            super::kind::check(name, key.kind, &key.accepts, value)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
