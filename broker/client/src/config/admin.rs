//! Keys of the admin client.

use std::time::Duration;

use super::{ConfigError, ConfigWarning, ConnectionConfig, Properties, PropertyReader};

/// Configuration of an [`Admin`](crate::Admin).
#[derive(Debug, Clone)]
pub struct AdminConfig {
    /// How the cluster is reached.
    pub connection: ConnectionConfig,
    /// `default.api.timeout.ms`: how long one call may take, retries included. Default 60 s.
    pub api_timeout: Duration,
    /// Keys that were given and had no influence.
    pub warnings: Vec<ConfigWarning>,
}

impl AdminConfig {
    /// Makes the default configuration for the comma-separated `bootstrap` servers.
    #[must_use]
    pub fn new(bootstrap: &str) -> Self {
        Self {
            connection: ConnectionConfig::new(bootstrap),
            api_timeout: Duration::from_secs(60),
            warnings: Vec::new(),
        }
    }

    /// Reads Java's `AdminClientConfig` keys.
    ///
    /// # Errors
    /// [`ConfigError`] names the first key that is missing or cannot be read.
    pub fn from_properties(properties: &Properties) -> Result<Self, ConfigError> {
        let mut reader = PropertyReader::new(properties);
        let connection = ConnectionConfig::read(&mut reader)?;
        let api_timeout = reader.millis("default.api.timeout.ms", 60_000)?;
        Ok(Self { connection, api_timeout, warnings: reader.warnings() })
    }
}
