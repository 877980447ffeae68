//! Keys every client has: where the cluster is and how patient to be with it.

use std::time::Duration;

use super::properties::invalid;
use super::{ConfigError, PropertyReader};

/// How a client reaches its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionConfig {
    /// `bootstrap.servers`: `host:port` pairs tried in turn until one answers. At least one.
    pub bootstrap_servers: Vec<String>,
    /// `client.id`: the name the broker sees. Default `tidemill`.
    pub client_id: String,
    /// `request.timeout.ms`: how long an answer may take. Default 30 s.
    pub request_timeout: Duration,
    /// `reconnect.backoff.ms`: wait after the first failed connection. Default 50 ms.
    pub reconnect_backoff: Duration,
    /// `reconnect.backoff.max.ms`: longest wait between connections. Default 1 s.
    pub reconnect_backoff_max: Duration,
    /// `retry.backoff.ms`: wait before the first retry of a request. Default 100 ms.
    pub retry_backoff: Duration,
    /// `retry.backoff.max.ms`: longest wait between retries. Default 1 s.
    pub retry_backoff_max: Duration,
    /// `socket.connection.setup.timeout.ms`: how long connecting may take. Default 10 s.
    pub connection_setup_timeout: Duration,
    /// `connections.max.idle.ms`: an unused connection is closed after this time. Default 9 minutes.
    pub connections_max_idle: Duration,
    /// `metadata.max.age.ms`: metadata is read again after this time. Default 5 minutes.
    pub metadata_max_age: Duration,
    /// `receive.message.max.bytes` (librdkafka's key): longest frame accepted from a broker. Bytes; default 100 MiB.
    pub max_response_bytes: u32,
}

impl ConnectionConfig {
    /// Makes the default configuration for the comma-separated `bootstrap` servers.
    #[must_use]
    pub fn new(bootstrap: &str) -> Self {
        Self {
            bootstrap_servers: bootstrap
                .split(',')
                .map(str::trim)
                .filter(|server| !server.is_empty())
                .map(String::from)
                .collect(),
            client_id: "tidemill".to_owned(),
            request_timeout: Duration::from_secs(30),
            reconnect_backoff: Duration::from_millis(50),
            reconnect_backoff_max: Duration::from_secs(1),
            retry_backoff: Duration::from_millis(100),
            retry_backoff_max: Duration::from_secs(1),
            connection_setup_timeout: Duration::from_secs(10),
            connections_max_idle: Duration::from_secs(540),
            metadata_max_age: Duration::from_secs(300),
            max_response_bytes: 100 * 1024 * 1024,
        }
    }

    /// Reads the keys of this group.
    pub(crate) fn read(reader: &mut PropertyReader<'_>) -> Result<Self, ConfigError> {
        let bootstrap =
            reader.text("bootstrap.servers").ok_or(ConfigError::Missing { key: "bootstrap.servers" })?;
        let default = Self::new(bootstrap);
        let protocol = reader.text("security.protocol").unwrap_or("PLAINTEXT");
        if !protocol.eq_ignore_ascii_case("PLAINTEXT") {
            return Err(invalid("security.protocol", protocol, "PLAINTEXT"));
        }
        let setup_max = reader.millis("socket.connection.setup.timeout.max.ms", 30_000)?;
        let config = Self {
            client_id: reader.text("client.id").map_or_else(|| default.client_id.clone(), String::from),
            request_timeout: reader.millis("request.timeout.ms", 30_000)?,
            reconnect_backoff: reader.millis("reconnect.backoff.ms", 50)?,
            reconnect_backoff_max: reader.millis("reconnect.backoff.max.ms", 1_000)?,
            retry_backoff: reader.millis("retry.backoff.ms", 100)?,
            retry_backoff_max: reader.millis("retry.backoff.max.ms", 1_000)?,
            connection_setup_timeout: reader
                .millis("socket.connection.setup.timeout.ms", 10_000)?
                .min(setup_max),
            connections_max_idle: reader.millis("connections.max.idle.ms", 540_000)?,
            metadata_max_age: reader.millis("metadata.max.age.ms", 300_000)?,
            max_response_bytes: reader.bytes("receive.message.max.bytes", default.max_response_bytes)?,
            ..default
        };
        config.validate()?;
        Ok(config)
    }

    /// Checks what must hold however the configuration was made.
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        if self.bootstrap_servers.is_empty() {
            return Err(ConfigError::Missing { key: "bootstrap.servers" });
        }
        for server in &self.bootstrap_servers {
            let port = server.rsplit_once(':').and_then(|(host, port)| {
                let port = port.parse::<u16>().ok()?;
                (!host.is_empty() && port > 0).then_some(port)
            });
            if port.is_none() {
                return Err(invalid("bootstrap.servers", server, "host:port"));
            }
        }
        Ok(())
    }
}
