//! How an application runs: Kafka Streams' keys, parsed once.
//!
//! Keys of clients are handed to the clients: `producer.`, `consumer.` and `admin.` address one kind, keys without prefix
//! all of them.

use std::path::PathBuf;
use std::time::Duration;

use tidemill_client::{
    AdminConfig, AutoOffsetReset, ConfigError, ConsumerConfig, ProducerConfig, Properties,
};

use crate::state::Emission;

const MIB: usize = 1024 * 1024;

/// Configuration of an application.
#[derive(Debug, Clone)]
pub struct StreamsConfig {
    /// `application.id`: the name of the consumer group, and the beginning of the names of internal topics.
    pub application_id: String,
    /// `state.dir`: where state is kept. Default: `tidemill-streams` in the folder for temporary files.
    pub state_dir: PathBuf,
    /// `num.stream.threads`: at least 1. Default 1.
    pub threads: usize,
    /// `commit.interval.ms`. Default 30 s.
    pub commit_interval: Duration,
    /// `poll.ms`: how long a thread without work waits for records. Default 100 ms.
    pub poll: Duration,
    /// `tidemill.run.max.records`: the most records that go through the operators together. Default 1,000.
    pub max_run_records: usize,
    /// `tidemill.emission` (`coalesced` or `every-update`); a `statestore.cache.max.bytes` of 0 means every update, as it
    /// does in Kafka Streams. Default coalesced.
    pub emission: Emission,
    /// `statestore.cache.max.bytes`: deserialised values that all threads together hold above their databases; exceeding
    /// a thread's share forces a commit. Bytes; default 64 MiB.
    pub overlay_bytes: usize,
    /// `tidemill.state.memory.bytes`: block cache and write buffers of all databases. Bytes; default 256 MiB.
    pub state_memory_bytes: usize,
    /// `replication.factor` of internal topics; -1 takes the broker's default. Default -1.
    pub replication_factor: i16,
    /// `tidemill.static.membership`: whether threads are static members, so that a restart within `session.timeout.ms`
    /// moves no task; without it, a thread that closes hands its tasks over at once. Default true.
    pub static_membership: bool,
    /// `session.timeout.ms` and what else concerns clients, without prefix or with one.
    pub client_properties: Properties,
}

fn invalid(key: &str, value: &str, expected: &str) -> ConfigError {
    ConfigError::Invalid { key: key.to_owned(), value: value.to_owned(), expected: expected.to_owned() }
}

impl StreamsConfig {
    /// Makes the default configuration of `application_id` on the cluster at `bootstrap`, a list of `host:port`.
    #[must_use]
    pub fn new(application_id: &str, bootstrap: &str) -> Self {
        Self {
            application_id: application_id.to_owned(),
            state_dir: std::env::temp_dir().join("tidemill-streams"),
            threads: 1,
            commit_interval: Duration::from_secs(30),
            poll: Duration::from_millis(100),
            max_run_records: 1_000,
            emission: Emission::default(),
            overlay_bytes: 64 * MIB,
            state_memory_bytes: 256 * MIB,
            replication_factor: -1,
            static_membership: true,
            client_properties: Properties::from([("bootstrap.servers".to_owned(), bootstrap.to_owned())]),
        }
    }

    /// Reads Kafka Streams' keys; `application.id` and `bootstrap.servers` must be there.
    ///
    /// # Errors
    /// [`ConfigError`] names the first key that is missing or cannot be read.
    pub fn from_properties(properties: &Properties) -> Result<Self, ConfigError> {
        let application_id =
            properties.get("application.id").ok_or(ConfigError::Missing { key: "application.id" })?;
        let mut config = Self::new(application_id, "");
        config.client_properties.clear();
        for (key, value) in properties {
            config.set(key, value)?;
        }
        Ok(config)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), ConfigError> {
        match key {
            "application.id" => {}
            "state.dir" => self.state_dir = PathBuf::from(value),
            "num.stream.threads" => {
                let threads = value.parse().ok().filter(|threads| *threads >= 1);
                self.threads = threads.ok_or_else(|| invalid(key, value, "1 or more"))?;
            }
            "commit.interval.ms" => self.commit_interval = milliseconds(key, value)?,
            "poll.ms" => self.poll = milliseconds(key, value)?,
            "tidemill.run.max.records" => {
                let records = value.parse().ok().filter(|records| *records >= 1);
                self.max_run_records = records.ok_or_else(|| invalid(key, value, "1 or more"))?;
            }
            "tidemill.emission" => {
                self.emission = match value {
                    "coalesced" => Emission::Coalesced,
                    "every-update" => Emission::EveryUpdate,
                    _ => return Err(invalid(key, value, "coalesced or every-update")),
                }
            }
            "statestore.cache.max.bytes" => match bytes(key, value)? {
                0 => self.emission = Emission::EveryUpdate,
                bytes => self.overlay_bytes = bytes,
            },
            "tidemill.state.memory.bytes" => {
                self.state_memory_bytes = bytes(key, value)?;
            }
            "tidemill.static.membership" => {
                let choice = value.parse().map_err(|_| invalid(key, value, "true or false"))?;
                self.static_membership = choice;
            }
            "replication.factor" => {
                let factor = value.parse().map_err(|_| invalid(key, value, "a number"))?;
                self.replication_factor = factor;
            }
            _ => {
                self.client_properties.insert(key.to_owned(), value.to_owned());
            }
        }
        Ok(())
    }

    /// Returns the producer's configuration.
    pub(super) fn producer(&self) -> Result<ProducerConfig, ConfigError> {
        ProducerConfig::from_properties(&self.properties_of("producer."))
    }

    /// Returns the admin's configuration.
    pub(super) fn admin(&self) -> Result<AdminConfig, ConfigError> {
        AdminConfig::from_properties(&self.properties_of("admin."))
    }

    /// Returns the configuration of the member of the application's group that is thread `number` of a process.
    pub(super) fn group_consumer(
        &self,
        process_id: &str,
        number: usize,
    ) -> Result<ConsumerConfig, ConfigError> {
        let mut config = self.consumer()?;
        config.group_id = Some(self.application_id.clone());
        config.group_instance_id = self.static_membership.then(|| format!("{process_id}-{}", number + 1));
        Ok(config)
    }

    /// Returns the configuration of a consumer that begins at the beginning and commits only when told to.
    fn consumer(&self) -> Result<ConsumerConfig, ConfigError> {
        let mut properties = self.properties_of("consumer.");
        properties.entry("auto.offset.reset".to_owned()).or_insert_with(|| "earliest".to_owned());
        properties.entry("max.poll.records".to_owned()).or_insert_with(|| "10000".to_owned());
        let mut config = ConsumerConfig::from_properties(&properties)?;
        config.enable_auto_commit = false;
        Ok(config)
    }

    /// Returns the configuration of a consumer that reads changelogs, in no group.
    pub(super) fn restore_consumer(&self) -> Result<ConsumerConfig, ConfigError> {
        let mut config = self.consumer()?;
        config.auto_offset_reset = AutoOffsetReset::Earliest;
        config.group_id = None;
        Ok(config)
    }

    /// Returns the client properties: those without prefix, and above them those with this one.
    fn properties_of(&self, prefix: &str) -> Properties {
        const PREFIXES: [&str; 3] = ["producer.", "consumer.", "admin."];
        let unprefixed = |key: &&String| !PREFIXES.iter().any(|prefix| key.starts_with(prefix));
        let mut properties: Properties = self
            .client_properties
            .iter()
            .filter(|(key, _)| unprefixed(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        for (key, value) in &self.client_properties {
            if let Some(key) = key.strip_prefix(prefix) {
                properties.insert(key.to_owned(), value.clone());
            }
        }
        properties
    }
}

fn milliseconds(key: &str, value: &str) -> Result<Duration, ConfigError> {
    value.parse().map(Duration::from_millis).map_err(|_| invalid(key, value, "a number of milliseconds"))
}

fn bytes(key: &str, value: &str) -> Result<usize, ConfigError> {
    value.parse().map_err(|_| invalid(key, value, "a number of bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(entries: &[(&str, &str)]) -> Properties {
        entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn streams_keys_are_read_and_the_others_are_left_to_the_clients() {
        let given = [
            ("application.id", "flights"),
            ("bootstrap.servers", "localhost:9092"),
            ("num.stream.threads", "2"),
            ("commit.interval.ms", "100"),
            ("consumer.max.poll.records", "7"),
            ("linger.ms", "1"),
        ];
        let config = StreamsConfig::from_properties(&properties(&given)).unwrap();
        assert_eq!((config.threads, config.commit_interval), (2, Duration::from_millis(100)));
        assert_eq!(config.consumer().unwrap().max_poll_records, 7);
        assert_eq!(config.producer().unwrap().linger, Duration::from_millis(1));
    }

    #[test]
    fn a_cache_of_no_bytes_means_every_update() {
        let given = properties(&[("application.id", "a"), ("statestore.cache.max.bytes", "0")]);
        assert_eq!(StreamsConfig::from_properties(&given).unwrap().emission, Emission::EveryUpdate);
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        for (key, value) in [("num.stream.threads", "0"), ("poll.ms", "soon"), ("tidemill.emission", "never")]
        {
            let given = properties(&[("application.id", "a"), (key, value)]);
            let message = StreamsConfig::from_properties(&given).unwrap_err().to_string();
            assert!(message.contains(key) && message.contains(value), "{message}");
        }
        assert!(StreamsConfig::from_properties(&Properties::new()).is_err());
    }
}
