//! Typed reading of `key=value` properties.
//!
//! A [`PropertyReader`] remembers which keys were asked for, so that what remains is reported by name: a
//! misspelt key never passes silently.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use tidemill_environment::{Recoverable, Recovery};

/// Keys and values as Java's clients name them.
pub type Properties = BTreeMap<String, String>;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A key without a default is absent.
    #[error("{key} is required")]
    Missing {
        /// The absent key.
        key: &'static str,
    },
    /// A value cannot be read or is out of its range.
    #[error("{key}={value}: expected {expected}")]
    Invalid {
        /// The key.
        key: String,
        /// The value found.
        value: String,
        /// What would have been accepted.
        expected: String,
    },
    /// Two values that exclude each other.
    #[error("{key}: {conflict}")]
    Conflict {
        /// The key to change.
        key: &'static str,
        /// What it contradicts.
        conflict: String,
    },
    /// The network runtime of the process could not be started.
    #[error("cannot start the network threads: {reason}")]
    Runtime {
        /// What the operating system said.
        reason: String,
    },
}

impl Recoverable for ConfigError {
    fn recovery(&self) -> Recovery {
        Recovery::Fatal
    }
}

/// Why a key had no influence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningReason {
    /// No Kafka client knows this key.
    Unknown,
    /// Java's client knows the key, this one has no use for it.
    NoEffect,
}

/// A key that was given and had no influence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigWarning {
    /// The key as given.
    pub key: String,
    /// Why it had no influence.
    pub reason: WarningReason,
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            WarningReason::Unknown => write!(f, "{} is not a known configuration key", self.key),
            WarningReason::NoEffect => write!(f, "{} has no effect in this client", self.key),
        }
    }
}

/// Keys of Java's clients that have no counterpart here.
const NO_EFFECT: &[&str] = &[
    "auto.include.jmx.reporter",
    "client.dns.lookup",
    "client.rack",
    "enable.metrics.push",
    "interceptor.classes",
    "key.deserializer",
    "key.serializer",
    "metric.reporters",
    "metrics.num.samples",
    "metrics.recording.level",
    "metrics.sample.window.ms",
    "partitioner.adaptive.partitioning.enable",
    "partitioner.availability.timeout.ms",
    "send.buffer.bytes",
    "receive.buffer.bytes",
    "value.deserializer",
    "value.serializer",
];

/// Reads typed values out of [`Properties`] and remembers which keys it was asked for.
pub(crate) struct PropertyReader<'a> {
    properties: &'a Properties,
    asked: BTreeSet<&'static str>,
}

impl<'a> PropertyReader<'a> {
    /// Makes a reader of `properties`.
    pub(crate) fn new(properties: &'a Properties) -> Self {
        Self { properties, asked: BTreeSet::new() }
    }

    /// Returns the trimmed text of `key`; empty text counts as absent.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<&'a str> {
        self.asked.insert(key);
        self.properties.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns an integer of `range`, or `default`.
    pub(crate) fn integer(
        &mut self,
        key: &'static str,
        default: i64,
        range: RangeInclusive<i64>,
    ) -> Result<i64, ConfigError> {
        let Some(text) = self.text(key) else {
            return Ok(default);
        };
        text.parse().ok().filter(|value| range.contains(value)).ok_or_else(|| {
            let expected = format!("an integer from {} to {}", range.start(), range.end());
            invalid(key, text, &expected)
        })
    }

    /// Returns a number of bytes of `1..=max`, or `default`.
    pub(crate) fn bytes(&mut self, key: &'static str, default: u32) -> Result<u32, ConfigError> {
        let value = self.integer(key, i64::from(default), 0..=i64::from(i32::MAX))?;
        Ok(u32::try_from(value).expect("the range was checked"))
    }

    /// Returns milliseconds as a duration, or `default_ms`.
    pub(crate) fn millis(&mut self, key: &'static str, default_ms: i64) -> Result<Duration, ConfigError> {
        let value = self.integer(key, default_ms, 0..=i64::MAX)?;
        Ok(Duration::from_millis(value.unsigned_abs()))
    }

    /// Returns `true` or `false`, or `default`.
    pub(crate) fn boolean(&mut self, key: &'static str, default: bool) -> Result<bool, ConfigError> {
        match self.text(key).map(|text| (text, text.to_ascii_lowercase())) {
            None => Ok(default),
            Some((_, lower)) if lower == "true" => Ok(true),
            Some((_, lower)) if lower == "false" => Ok(false),
            Some((text, _)) => Err(invalid(key, text, "true or false")),
        }
    }

    /// Returns the comma-separated entries of `key`.
    pub(crate) fn list(&mut self, key: &'static str) -> Vec<String> {
        self.text(key)
            .map(|text| {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(String::from).collect()
            })
            .unwrap_or_default()
    }

    /// Returns what was given but never asked for.
    pub(crate) fn warnings(&self) -> Vec<ConfigWarning> {
        self.properties
            .keys()
            .filter(|key| !self.asked.contains(key.as_str()))
            .map(|key| {
                let known = NO_EFFECT.contains(&key.as_str());
                let reason = if known { WarningReason::NoEffect } else { WarningReason::Unknown };
                ConfigWarning { key: key.clone(), reason }
            })
            .collect()
    }
}

/// Makes the error of a value that cannot be used.
pub(crate) fn invalid(key: &str, value: &str, expected: &str) -> ConfigError {
    ConfigError::Invalid { key: key.to_owned(), value: value.to_owned(), expected: expected.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(pairs: &[(&str, &str)]) -> Properties {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_value_out_of_range_is_refused_with_key_value_and_range() {
        let given = properties(&[("retries", "-1")]);
        let error = PropertyReader::new(&given).integer("retries", 3, 0..=10).unwrap_err();
        assert_eq!(error.to_string(), "retries=-1: expected an integer from 0 to 10");
    }

    #[test]
    fn what_was_never_asked_for_is_reported_by_name() {
        let given = properties(&[("linger.ms", "5"), ("lingerms", "5"), ("key.serializer", "x")]);
        let mut reader = PropertyReader::new(&given);
        reader.millis("linger.ms", 0).unwrap();
        let warnings: Vec<String> = reader.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            ["key.serializer has no effect in this client", "lingerms is not a known configuration key"]
        );
    }

    #[test]
    fn blank_text_counts_as_absent() {
        let given = properties(&[("client.id", "  ")]);
        assert_eq!(PropertyReader::new(&given).text("client.id"), None);
    }
}
