//! Which of several sources gives a broker key its value.

use super::error::{ConfigError, ConfigScope};
use super::kind::{self, Kind};
use super::properties::Properties;
use super::registry::{self, ConfigKey};

/// Where a value comes from, as DescribeConfigs names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigSource {
    /// Altered for one topic.
    DynamicTopic,
    /// Altered for this broker.
    DynamicBroker,
    /// Altered for all brokers.
    DynamicDefaultBroker,
    /// Given when the broker started: flag, environment or file.
    StaticBroker,
    /// Nobody set it.
    Default,
}

impl ConfigSource {
    /// Returns the number of this source in DescribeConfigs responses (version 1 and later).
    #[must_use]
    pub fn wire_id(self) -> i8 {
        match self {
            Self::DynamicTopic => 1,
            Self::DynamicBroker => 2,
            Self::DynamicDefaultBroker => 3,
            Self::StaticBroker => 4,
            Self::Default => 5,
        }
    }
}

/// Joins the sources a broker starts with; the first named is the strongest.
#[must_use]
pub fn merge(flags: Properties, environment: Properties, file: Properties) -> Properties {
    let mut merged = file;
    merged.extend(environment);
    merged.extend(flags);
    merged
}

/// The values a broker runs with, by source.
#[derive(Debug, Clone, Copy)]
pub struct BrokerLayers<'a> {
    /// Altered for this broker (IncrementalAlterConfigs with the broker's id).
    pub dynamic_broker: &'a Properties,
    /// Altered for all brokers (IncrementalAlterConfigs with an empty name).
    pub dynamic_default: &'a Properties,
    /// Given at the start.
    pub fixed: &'a Properties,
}

impl<'a> BrokerLayers<'a> {
    /// Returns every value set for `name`, strongest source first; the default is not among them.
    pub(super) fn set_values(&self, name: &str) -> impl Iterator<Item = (ConfigSource, &'a str)> {
        [
            (ConfigSource::DynamicBroker, self.dynamic_broker),
            (ConfigSource::DynamicDefaultBroker, self.dynamic_default),
            (ConfigSource::StaticBroker, self.fixed),
        ]
        .into_iter()
        .filter_map(move |(source, properties)| Some((source, properties.get(name)?.as_str())))
    }

    /// Returns the text a broker key holds: the strongest source's, or its default; `None` is null.
    ///
    /// # Errors
    /// [`ConfigError::UnknownKey`] if there is no such key, [`ConfigError::InvalidValue`] if the text does not fit.
    pub fn value(&self, name: &str) -> Result<Option<String>, ConfigError> {
        let key = known(name)?;
        match self.set_values(name).next() {
            Some((_, value)) => key.check(value).map(Some),
            None => Ok(key.default.map(str::to_owned)),
        }
    }

    /// Returns the value of an `int`, `short` or `long` key; `None` is null.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn optional_integer(&self, name: &str) -> Result<Option<i64>, ConfigError> {
        let Some(text) = self.value(name)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| invalid(name, &text, "an integer"))
    }

    /// Returns the value of an integer key that is never null, as the type the caller stores.
    ///
    /// # Errors
    /// As [`Self::value`]; also if the number does not fit into `T`, for example a negative size.
    pub fn integer<T: TryFrom<i64>>(&self, name: &str) -> Result<T, ConfigError> {
        let number = self.optional_integer(name)?.ok_or_else(|| invalid(name, "null", "an integer"))?;
        T::try_from(number).map_err(|_| invalid(name, &number.to_string(), "a number that is not negative"))
    }

    /// Returns the value of a `double` key.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn decimal(&self, name: &str) -> Result<f64, ConfigError> {
        let text = self.value(name)?.unwrap_or_default();
        text.parse().map_err(|_| invalid(name, &text, "a number"))
    }

    /// Returns the value of a boolean key.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn boolean(&self, name: &str) -> Result<bool, ConfigError> {
        Ok(self.value(name)?.as_deref() == Some("true"))
    }

    /// Returns the value of a text key; null is the empty text.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn text(&self, name: &str) -> Result<String, ConfigError> {
        Ok(self.value(name)?.unwrap_or_default())
    }

    /// Returns the elements of a list key; null is the empty list.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub fn list(&self, name: &str) -> Result<Vec<String>, ConfigError> {
        let text = self.text(name)?;
        Ok(kind::list_elements(&text).into_iter().map(str::to_owned).collect())
    }

    /// Returns the default that the broker gives a topic key, and where it comes from.
    ///
    /// # Errors
    /// [`ConfigError::InvalidValue`] if a broker value does not fit the topic key.
    pub fn topic_default(&self, key: &ConfigKey) -> Result<(ConfigSource, Option<String>), ConfigError> {
        for synonym in &key.broker_keys {
            let Some((source, value)) = self.set_values(synonym.name).next() else {
                continue;
            };
            let value = in_units(value, synonym.factor, key)?;
            return Ok((source, Some(value)));
        }
        Ok((ConfigSource::Default, key.default.map(str::to_owned)))
    }
}

fn known(name: &str) -> Result<&'static ConfigKey, ConfigError> {
    registry::broker_key(name)
        .ok_or_else(|| ConfigError::UnknownKey { scope: ConfigScope::Broker, key: name.to_owned() })
}

fn invalid(key: &str, value: &str, expected: &str) -> ConfigError {
    ConfigError::InvalidValue { key: key.to_owned(), value: value.to_owned(), expected: expected.to_owned() }
}

/// Turns a broker's value into the unit of the topic `key`. Negative hours and minutes mean "no limit", -1.
fn in_units(value: &str, factor: i64, key: &ConfigKey) -> Result<String, ConfigError> {
    if factor == 1 || key.kind != Kind::Long {
        return key.check(value);
    }
    let number: i64 = value.trim().parse().map_err(|_| invalid(key.name, value, "an integer"))?;
    let number = if number < 0 { -1 } else { number.saturating_mul(factor) };
    key.check(&number.to_string())
}
