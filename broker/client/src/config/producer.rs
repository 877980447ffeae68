//! Keys of the producer (Java's `ProducerConfig`, Kafka 4.x defaults).

use std::time::Duration;

use tidemill_protocol::records::Compression;

use super::properties::invalid;
use super::{ConfigError, ConfigWarning, ConnectionConfig, Properties, PropertyReader};

/// `acks`: who must have a record before it counts as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acks {
    /// `0`: nobody; no answer is awaited and offsets stay unknown.
    None,
    /// `1`: the leader.
    Leader,
    /// `all` or `-1`: every in-sync replica.
    All,
}

impl Acks {
    /// Returns the number the Produce request carries.
    #[must_use]
    pub fn wire_value(self) -> i16 {
        match self {
            Self::None => 0,
            Self::Leader => 1,
            Self::All => -1,
        }
    }
}

/// `partitioner.class`: who chooses the partition of a record that names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionerChoice {
    /// Kafka's default: murmur2 of the key; without a key one partition per batch (KIP-794).
    Default,
    /// One partition after the other, whatever the key.
    RoundRobin,
    /// One partition per batch, whatever the key.
    UniformSticky,
}

/// Configuration of a [`Producer`](crate::Producer).
#[derive(Debug, Clone)]
pub struct ProducerConfig {
    /// How the cluster is reached.
    pub connection: ConnectionConfig,
    /// `acks`. Default `all`.
    pub acks: Acks,
    /// `enable.idempotence`: retries are neither duplicated nor reordered. Default true.
    pub enable_idempotence: bool,
    /// `batch.size`: a batch is sent when it has this size. Bytes; default 16384.
    pub batch_size: u32,
    /// `linger.ms`: how long a batch waits for more records. Default 5 ms (KIP-1030).
    pub linger: Duration,
    /// `buffer.memory`: bytes of records that may wait for their acknowledgement. Default 32 MiB.
    pub buffer_memory: u64,
    /// `max.block.ms`: how long sending waits for buffer memory and metadata. Default 60 s.
    pub max_block: Duration,
    /// `max.request.size`: longest record and longest request. Bytes; default 1 MiB.
    pub max_request_size: u32,
    /// `max.in.flight.requests.per.connection`: 1 to 5 with idempotence. Default 5.
    pub max_in_flight: u32,
    /// `delivery.timeout.ms`: a record is acknowledged or has failed after this time. Default 2 minutes.
    pub delivery_timeout: Duration,
    /// `retries`: tries after the first one. Default: as many as `delivery.timeout.ms` allows.
    pub retries: u32,
    /// `compression.type`: none, gzip, snappy, lz4 or zstd. Default none.
    pub compression: Compression,
    /// `compression.<codec>.level`: `None` leaves it to the codec.
    pub compression_level: Option<i32>,
    /// `partitioner.class`. Java's class names are accepted.
    pub partitioner: PartitionerChoice,
    /// `partitioner.ignore.keys`: treat every record as one without key. Default false.
    pub partitioner_ignore_keys: bool,
    /// `transactional.id`: the name under which transactions survive a restart. Default none.
    pub transactional_id: Option<String>,
    /// `transaction.timeout.ms`: an open transaction is aborted after this time. Default 1 minute.
    pub transaction_timeout: Duration,
    /// Highest level of the cluster feature `transaction.version` to use: 1 keeps to the protocol before KIP-890.
    /// No key of Kafka's; for tests of both protocols.
    #[doc(hidden)]
    pub max_transaction_version: i16,
    /// Keys that were given and had no influence.
    pub warnings: Vec<ConfigWarning>,
}

impl ProducerConfig {
    /// Makes the default configuration for the comma-separated `bootstrap` servers.
    #[must_use]
    pub fn new(bootstrap: &str) -> Self {
        Self {
            connection: ConnectionConfig::new(bootstrap),
            acks: Acks::All,
            enable_idempotence: true,
            batch_size: 16_384,
            linger: Duration::from_millis(5),
            buffer_memory: 32 * 1024 * 1024,
            max_block: Duration::from_secs(60),
            max_request_size: 1024 * 1024,
            max_in_flight: 5,
            delivery_timeout: Duration::from_secs(120),
            retries: u32::MAX,
            compression: Compression::None,
            compression_level: None,
            partitioner: PartitionerChoice::Default,
            partitioner_ignore_keys: false,
            transactional_id: None,
            transaction_timeout: Duration::from_secs(60),
            max_transaction_version: i16::MAX,
            warnings: Vec::new(),
        }
    }

    /// Reads Java's `ProducerConfig` keys.
    ///
    /// # Errors
    /// [`ConfigError`] names the first key that is missing, cannot be read, or contradicts another.
    pub fn from_properties(properties: &Properties) -> Result<Self, ConfigError> {
        let mut reader = PropertyReader::new(properties);
        let connection = ConnectionConfig::read(&mut reader)?;
        let acks = read_acks(&mut reader)?;
        let max_in_flight =
            reader.integer("max.in.flight.requests.per.connection", 5, 1..=i64::from(i32::MAX))?;
        // As in Java: a default gives way to an explicit key it contradicts, two explicit keys are an error.
        let explicit_idempotence = reader.text("enable.idempotence").is_some();
        let wanted = explicit_idempotence || (acks == Acks::All && max_in_flight <= 5);
        let (compression, compression_level) = read_compression(&mut reader)?;
        let delivery_timeout = read_delivery_timeout(&mut reader, &connection)?;
        let config = Self {
            acks,
            enable_idempotence: reader.boolean("enable.idempotence", true)? && wanted,
            batch_size: reader.bytes("batch.size", 16_384)?.max(1),
            linger: reader.millis("linger.ms", 5)?,
            buffer_memory: reader.integer("buffer.memory", 32 * 1024 * 1024, 0..=i64::MAX)?.unsigned_abs(),
            max_block: reader.millis("max.block.ms", 60_000)?,
            max_request_size: reader.bytes("max.request.size", 1024 * 1024)?,
            max_in_flight: u32::try_from(max_in_flight).expect("the range was checked"),
            delivery_timeout,
            retries: reader.bytes("retries", i32::MAX.unsigned_abs())?,
            compression,
            compression_level,
            partitioner: read_partitioner(&mut reader)?,
            partitioner_ignore_keys: reader.boolean("partitioner.ignore.keys", false)?,
            transactional_id: reader.text("transactional.id").map(String::from),
            transaction_timeout: reader.millis("transaction.timeout.ms", 60_000)?,
            max_transaction_version: i16::MAX,
            warnings: reader.warnings(),
            connection,
        };
        config.validate()?;
        Ok(config)
    }

    /// Checks what must hold however the configuration was made.
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        self.connection.validate()?;
        let conflict =
            |key, conflict: &str| Err(ConfigError::Conflict { key, conflict: conflict.to_owned() });
        if self.enable_idempotence && self.acks != Acks::All {
            return conflict("acks", "must be all with enable.idempotence");
        }
        if self.enable_idempotence && !(1..=5).contains(&self.max_in_flight) {
            return conflict(
                "max.in.flight.requests.per.connection",
                "must be 1 to 5 with enable.idempotence",
            );
        }
        if self.enable_idempotence && self.retries == 0 {
            return conflict("retries", "must not be 0 with enable.idempotence");
        }
        if self.transactional_id.is_some() && !self.enable_idempotence {
            return conflict("transactional.id", "needs enable.idempotence");
        }
        if self.delivery_timeout < self.linger + self.connection.request_timeout {
            return conflict("delivery.timeout.ms", "must not be below linger.ms + request.timeout.ms");
        }
        Ok(())
    }
}

fn read_delivery_timeout(
    reader: &mut PropertyReader<'_>,
    connection: &ConnectionConfig,
) -> Result<Duration, ConfigError> {
    let explicit = reader.text("delivery.timeout.ms").is_some();
    let timeout = reader.millis("delivery.timeout.ms", 120_000)?;
    let least = reader.millis("linger.ms", 5)? + connection.request_timeout;
    // As in Java: the default grows with what it must contain, an explicit value is checked.
    Ok(if explicit { timeout } else { timeout.max(least) })
}

fn read_acks(reader: &mut PropertyReader<'_>) -> Result<Acks, ConfigError> {
    match reader.text("acks") {
        None | Some("all" | "-1") => Ok(Acks::All),
        Some("0") => Ok(Acks::None),
        Some("1") => Ok(Acks::Leader),
        Some(other) => Err(invalid("acks", other, "all, -1, 0 or 1")),
    }
}

fn read_compression(reader: &mut PropertyReader<'_>) -> Result<(Compression, Option<i32>), ConfigError> {
    let gzip = reader.integer("compression.gzip.level", -1, -1..=9)?;
    let lz4 = reader.integer("compression.lz4.level", 9, 1..=17)?;
    let zstd = reader.integer("compression.zstd.level", 3, -131_072..=22)?;
    let level = |level: i64| Some(i32::try_from(level).expect("the range was checked"));
    match reader.text("compression.type") {
        None | Some("none") => Ok((Compression::None, None)),
        Some("gzip") => Ok((Compression::Gzip, if gzip < 0 { None } else { level(gzip) })),
        Some("snappy") => Ok((Compression::Snappy, None)),
        Some("lz4") => Ok((Compression::Lz4, level(lz4))),
        Some("zstd") => Ok((Compression::Zstd, level(zstd))),
        Some(other) => Err(invalid("compression.type", other, "none, gzip, snappy, lz4 or zstd")),
    }
}

fn read_partitioner(reader: &mut PropertyReader<'_>) -> Result<PartitionerChoice, ConfigError> {
    let Some(class) = reader.text("partitioner.class") else {
        return Ok(PartitionerChoice::Default);
    };
    match class.rsplit('.').next().unwrap_or(class) {
        "DefaultPartitioner" | "default" => Ok(PartitionerChoice::Default),
        "RoundRobinPartitioner" | "roundrobin" => Ok(PartitionerChoice::RoundRobin),
        "UniformStickyPartitioner" | "sticky" => Ok(PartitionerChoice::UniformSticky),
        _ => {
            Err(invalid("partitioner.class", class, "default, sticky or roundrobin (or Java's class names)"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ProducerConfig, ConfigError> {
        let mut properties: Properties =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        properties.insert("bootstrap.servers".to_owned(), "localhost:9092".to_owned());
        ProducerConfig::from_properties(&properties)
    }

    #[test]
    fn the_defaults_of_properties_equal_the_defaults_of_code() {
        let (read, made) = (read(&[]).unwrap(), ProducerConfig::new("localhost:9092"));
        let comparable = |config: ProducerConfig| format!("{:?}", ProducerConfig { retries: 0, ..config });
        assert_eq!(comparable(read), comparable(made));
    }

    #[test]
    fn default_idempotence_gives_way_to_explicit_acks_but_explicit_idempotence_does_not() {
        assert!(!read(&[("acks", "1")]).unwrap().enable_idempotence);
        let error = read(&[("acks", "1"), ("enable.idempotence", "true")]).unwrap_err();
        assert_eq!(error.to_string(), "acks: must be all with enable.idempotence");
    }

    #[test]
    fn java_class_names_choose_the_partitioner() {
        let class = "org.apache.kafka.clients.producer.RoundRobinPartitioner";
        assert_eq!(read(&[("partitioner.class", class)]).unwrap().partitioner, PartitionerChoice::RoundRobin);
        assert!(read(&[("partitioner.class", "com.example.Mine")]).is_err());
    }

    #[test]
    fn an_explicit_delivery_timeout_below_its_parts_is_refused() {
        assert!(read(&[("delivery.timeout.ms", "1000")]).is_err());
        assert!(read(&[("delivery.timeout.ms", "1000"), ("request.timeout.ms", "900")]).is_ok());
    }
}
