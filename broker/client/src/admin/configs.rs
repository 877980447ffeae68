//! Configurations of topics and brokers.

use tidemill_protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
};
use tidemill_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};

use super::handle::call_error;
use super::{Admin, AdminError, ItemResults};
use crate::network::within;

/// What a configuration belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    /// A topic, by name.
    Topic,
    /// A broker, by id; an empty name is the default of all brokers.
    Broker,
    /// A group, by name.
    Group,
    /// Another kind, by its number in the protocol.
    Other(i8),
}

impl ResourceType {
    fn code(self) -> i8 {
        match self {
            Self::Topic => 2,
            Self::Broker => 4,
            Self::Group => 32,
            Self::Other(code) => code,
        }
    }

    fn from_code(code: i8) -> Self {
        match code {
            2 => Self::Topic,
            4 => Self::Broker,
            32 => Self::Group,
            other => Self::Other(other),
        }
    }
}

/// One thing that has a configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    /// Its kind.
    pub resource_type: ResourceType,
    /// Its name.
    pub name: String,
}

impl ConfigResource {
    /// Names a topic.
    pub fn topic(name: impl Into<String>) -> Self {
        Self { resource_type: ResourceType::Topic, name: name.into() }
    }

    /// Names a broker.
    #[must_use]
    pub fn broker(node_id: i32) -> Self {
        Self { resource_type: ResourceType::Broker, name: node_id.to_string() }
    }

    fn subject(&self) -> String {
        match self.resource_type {
            ResourceType::Topic => format!("configuration of topic {}", self.name),
            ResourceType::Broker => format!("configuration of broker {}", self.name),
            ResourceType::Group => format!("configuration of group {}", self.name),
            ResourceType::Other(code) => format!("configuration of {} (kind {code})", self.name),
        }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigSource {
    /// Set on the topic.
    Topic,
    /// Set on this broker while it runs.
    DynamicBroker,
    /// Set on all brokers while they run.
    DynamicDefaultBroker,
    /// In the broker's properties file.
    StaticBroker,
    /// Kafka's default.
    Default,
    /// Another source, by its number in the protocol.
    Other(i8),
}

impl ConfigSource {
    fn from_code(code: i8) -> Self {
        match code {
            1 => Self::Topic,
            2 => Self::DynamicBroker,
            3 => Self::DynamicDefaultBroker,
            4 => Self::StaticBroker,
            5 => Self::Default,
            other => Self::Other(other),
        }
    }
}

/// One key of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// The key.
    pub name: String,
    /// Its value; `None` if it has none or is secret.
    pub value: Option<String>,
    /// Where the value comes from.
    pub source: ConfigSource,
    /// Whether the value is secret.
    pub is_sensitive: bool,
    /// Whether the value cannot be changed.
    pub is_read_only: bool,
    /// What the key is for, if the broker says.
    pub documentation: Option<String>,
}

/// A configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigDescription {
    /// Its keys, as the broker orders them.
    pub entries: Vec<ConfigEntry>,
}

impl ConfigDescription {
    /// Returns the value of `name`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.name == name)?.value.as_deref()
    }
}

/// What to do with a key (KIP-339).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlterOperation {
    /// Give it the value.
    Set,
    /// Return it to its default.
    Delete,
    /// Add the values to its list.
    Append,
    /// Take the values from its list.
    Subtract,
}

/// A change of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigAlteration {
    /// The key.
    pub name: String,
    /// What to do.
    pub operation: AlterOperation,
    /// The value, unless the key is deleted.
    pub value: Option<String>,
}

impl Admin {
    /// Describes configurations with all their keys.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed; what became of each resource is in its own result.
    pub async fn describe_configs(
        &self,
        resources: &[ConfigResource],
    ) -> Result<ItemResults<ConfigResource, ConfigDescription>, AdminError> {
        within(self.describe_each(resources)).await
    }

    async fn describe_each(
        &self,
        resources: &[ConfigResource],
    ) -> Result<ItemResults<ConfigResource, ConfigDescription>, AdminError> {
        let mut results = Vec::with_capacity(resources.len());
        for (node, resources) in by_node(resources) {
            let row = |resource: &ConfigResource| DescribeConfigsResource {
                resource_type: resource.resource_type.code(),
                resource_name: resource.name.clone(),
                configuration_keys: None,
            };
            let request = DescribeConfigsRequest {
                resources: resources.into_iter().map(row).collect(),
                include_synonyms: false,
                include_documentation: true,
            };
            let answer = match node {
                None => self.ask_any("describe configurations", |_| request.clone()).await?,
                Some(node) => {
                    self.know_node(node).await;
                    let answer = self.cluster.call_node(node, |_| request).await;
                    answer.map_err(|error| call_error("describe configurations", error))?
                }
            };
            for described in answer.results {
                let resource_type = ResourceType::from_code(described.resource_type);
                let resource = ConfigResource { resource_type, name: described.resource_name };
                let checked =
                    AdminError::check(&resource.subject(), described.error_code, described.error_message);
                let entries = described.configs.into_iter().map(entry).collect();
                results.push((resource, checked.map(|()| ConfigDescription { entries })));
            }
        }
        Ok(results)
    }

    /// Changes single keys of configurations.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed; what became of each resource is in its own result.
    pub async fn incremental_alter_configs(
        &self,
        alterations: &[(ConfigResource, Vec<ConfigAlteration>)],
    ) -> Result<ItemResults<ConfigResource, ()>, AdminError> {
        let row = |(resource, alterations): &(ConfigResource, Vec<ConfigAlteration>)| AlterConfigsResource {
            resource_type: resource.resource_type.code(),
            resource_name: resource.name.clone(),
            configs: alterations.iter().map(alterable).collect(),
        };
        let request = IncrementalAlterConfigsRequest {
            resources: alterations.iter().map(row).collect(),
            validate_only: false,
        };
        let answer = within(self.ask_any("alter configurations", |_| request.clone())).await?;
        let results = answer.responses.into_iter().map(|altered| {
            let resource_type = ResourceType::from_code(altered.resource_type);
            let resource = ConfigResource { resource_type, name: altered.resource_name };
            let result = AdminError::check(&resource.subject(), altered.error_code, altered.error_message);
            (resource, result)
        });
        Ok(results.collect())
    }
}

/// A broker alone knows its configuration; everything else any broker can describe.
fn by_node(resources: &[ConfigResource]) -> Vec<(Option<i32>, Vec<&ConfigResource>)> {
    let mut groups: Vec<(Option<i32>, Vec<&ConfigResource>)> = Vec::new();
    for resource in resources {
        let node = match resource.resource_type {
            ResourceType::Broker => resource.name.parse().ok(),
            _ => None,
        };
        match groups.iter_mut().find(|(known, _)| *known == node) {
            Some((_, group)) => group.push(resource),
            None => groups.push((node, vec![resource])),
        }
    }
    groups
}

fn entry(row: DescribeConfigsResourceResult) -> ConfigEntry {
    ConfigEntry {
        name: row.name,
        value: row.value,
        source: ConfigSource::from_code(row.config_source),
        is_sensitive: row.is_sensitive,
        is_read_only: row.read_only,
        documentation: row.documentation,
    }
}

fn alterable(alteration: &ConfigAlteration) -> AlterableConfig {
    AlterableConfig {
        name: alteration.name.clone(),
        config_operation: match alteration.operation {
            AlterOperation::Set => 0,
            AlterOperation::Delete => 1,
            AlterOperation::Append => 2,
            AlterOperation::Subtract => 3,
        },
        value: alteration.value.clone(),
    }
}
