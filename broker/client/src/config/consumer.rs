//! Keys of the consumer (Java's `ConsumerConfig`, Kafka 4.x defaults).

use std::time::Duration;

use super::properties::invalid;
use super::{ConfigError, ConfigWarning, ConnectionConfig, Properties, PropertyReader};

/// `auto.offset.reset`: where to begin without a valid offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoOffsetReset {
    /// `earliest`: the first offset of the log.
    Earliest,
    /// `latest`: the end of the log.
    Latest,
    /// `by_duration:<ISO 8601>`: the first record that is at most this old (KIP-1106).
    ByDuration(Duration),
    /// `none`: polling fails.
    None,
}

/// `isolation.level`: whether records of open and aborted transactions are visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationLevel {
    /// Every record.
    ReadUncommitted,
    /// Only records of committed transactions, and records outside any.
    ReadCommitted,
}

/// One entry of `partition.assignment.strategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignorChoice {
    /// `range`: neighbouring partitions of each topic.
    Range,
    /// `roundrobin`: all partitions dealt in turn.
    RoundRobin,
    /// `sticky`: balanced, keeping what members had; stops the group while it rebalances.
    Sticky,
    /// `cooperative-sticky`: like sticky, and only moved partitions stop (KIP-429).
    CooperativeSticky,
}

/// Configuration of a [`Consumer`](crate::Consumer).
#[derive(Debug, Clone)]
pub struct ConsumerConfig {
    /// How the cluster is reached.
    pub connection: ConnectionConfig,
    /// `group.id`: needed for subscriptions and commits. Default none.
    pub group_id: Option<String>,
    /// `group.instance.id`: the name of a static member (KIP-345). Default none.
    pub group_instance_id: Option<String>,
    /// `partition.assignment.strategy`, most wanted first. Default range, cooperative-sticky.
    pub assignors: Vec<AssignorChoice>,
    /// `auto.offset.reset`. Default latest.
    pub auto_offset_reset: AutoOffsetReset,
    /// `enable.auto.commit`: commit what was polled now and then. Default true.
    pub enable_auto_commit: bool,
    /// `auto.commit.interval.ms`. Default 5 s.
    pub auto_commit_interval: Duration,
    /// `isolation.level`. Default read uncommitted.
    pub isolation_level: IsolationLevel,
    /// `fetch.min.bytes`: the broker waits until it has this much. Default 1.
    pub fetch_min_bytes: u32,
    /// `fetch.max.bytes`: most one answer carries. Default 50 MiB.
    pub fetch_max_bytes: u32,
    /// `fetch.max.wait.ms`: longest wait for `fetch.min.bytes`. Default 500 ms.
    pub fetch_max_wait: Duration,
    /// `max.partition.fetch.bytes`: most one partition adds to an answer. Default 1 MiB.
    pub max_partition_fetch_bytes: u32,
    /// `tidemill.fetch.buffer.bytes`: fetched bytes that may wait to be polled; no fetch is sent beyond.
    /// Default 64 MiB.
    pub fetch_buffer_bytes: u64,
    /// `max.poll.records`: most records one poll returns. Default 500.
    pub max_poll_records: u32,
    /// `max.poll.interval.ms`: without a poll for this long the member leaves its group. Default 5 minutes.
    pub max_poll_interval: Duration,
    /// `session.timeout.ms`: without a heartbeat for this long the broker removes the member. Default 45 s.
    pub session_timeout: Duration,
    /// `heartbeat.interval.ms`. Default 3 s.
    pub heartbeat_interval: Duration,
    /// `check.crcs`: verify the checksum of every batch. Default true.
    pub check_crcs: bool,
    /// `default.api.timeout.ms`: how long a call without its own timeout may take. Default 60 s.
    pub api_timeout: Duration,
    /// `allow.auto.create.topics`: let the broker create subscribed topics that do not exist. Default true.
    pub allow_auto_create_topics: bool,
    /// `exclude.internal.topics`: a pattern does not match `__consumer_offsets` and its like. Default true.
    pub exclude_internal_topics: bool,
    /// Keys that were given and had no influence.
    pub warnings: Vec<ConfigWarning>,
}

impl ConsumerConfig {
    /// Makes the default configuration for the comma-separated `bootstrap` servers.
    #[must_use]
    pub fn new(bootstrap: &str) -> Self {
        Self {
            connection: ConnectionConfig::new(bootstrap),
            group_id: None,
            group_instance_id: None,
            assignors: vec![AssignorChoice::Range, AssignorChoice::CooperativeSticky],
            auto_offset_reset: AutoOffsetReset::Latest,
            enable_auto_commit: true,
            auto_commit_interval: Duration::from_secs(5),
            isolation_level: IsolationLevel::ReadUncommitted,
            fetch_min_bytes: 1,
            fetch_max_bytes: 50 * 1024 * 1024,
            fetch_max_wait: Duration::from_millis(500),
            max_partition_fetch_bytes: 1024 * 1024,
            fetch_buffer_bytes: 64 * 1024 * 1024,
            max_poll_records: 500,
            max_poll_interval: Duration::from_secs(300),
            session_timeout: Duration::from_secs(45),
            heartbeat_interval: Duration::from_secs(3),
            check_crcs: true,
            api_timeout: Duration::from_secs(60),
            allow_auto_create_topics: true,
            exclude_internal_topics: true,
            warnings: Vec::new(),
        }
    }

    /// Reads Java's `ConsumerConfig` keys.
    ///
    /// # Errors
    /// [`ConfigError`] names the first key that is missing, cannot be read, or contradicts another.
    pub fn from_properties(properties: &Properties) -> Result<Self, ConfigError> {
        let mut reader = PropertyReader::new(properties);
        let connection = ConnectionConfig::read(&mut reader)?;
        if let Some(protocol) =
            reader.text("group.protocol").filter(|text| !text.eq_ignore_ascii_case("classic"))
        {
            return Err(invalid("group.protocol", protocol, "classic"));
        }
        let buffer = reader.integer("tidemill.fetch.buffer.bytes", 64 * 1024 * 1024, 1..=i64::MAX)?;
        let most = reader.integer("max.poll.records", 500, 1..=i64::from(i32::MAX))?;
        let group_id = reader.text("group.id").map(String::from);
        let config = Self {
            group_instance_id: reader.text("group.instance.id").map(String::from),
            assignors: read_assignors(&mut reader)?,
            auto_offset_reset: read_offset_reset(&mut reader)?,
            enable_auto_commit: reader.boolean("enable.auto.commit", group_id.is_some())?,
            auto_commit_interval: reader.millis("auto.commit.interval.ms", 5_000)?,
            isolation_level: read_isolation_level(&mut reader)?,
            fetch_min_bytes: reader.bytes("fetch.min.bytes", 1)?,
            fetch_max_bytes: reader.bytes("fetch.max.bytes", 50 * 1024 * 1024)?,
            fetch_max_wait: reader.millis("fetch.max.wait.ms", 500)?,
            max_partition_fetch_bytes: reader.bytes("max.partition.fetch.bytes", 1024 * 1024)?,
            fetch_buffer_bytes: buffer.unsigned_abs(),
            max_poll_records: u32::try_from(most).expect("the range was checked"),
            max_poll_interval: reader.millis("max.poll.interval.ms", 300_000)?,
            session_timeout: reader.millis("session.timeout.ms", 45_000)?,
            heartbeat_interval: reader.millis("heartbeat.interval.ms", 3_000)?,
            check_crcs: reader.boolean("check.crcs", true)?,
            api_timeout: reader.millis("default.api.timeout.ms", 60_000)?,
            allow_auto_create_topics: reader.boolean("allow.auto.create.topics", true)?,
            exclude_internal_topics: reader.boolean("exclude.internal.topics", true)?,
            warnings: reader.warnings(),
            group_id,
            connection,
        };
        config.validate()?;
        Ok(config)
    }

    /// Checks what must hold however the configuration was made.
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        self.connection.validate()?;
        if self.heartbeat_interval.is_zero() || self.heartbeat_interval >= self.session_timeout {
            let conflict = "must be above 0 and below session.timeout.ms".to_owned();
            return Err(ConfigError::Conflict { key: "heartbeat.interval.ms", conflict });
        }
        if self.fetch_max_wait >= self.connection.request_timeout {
            let conflict = "must be below request.timeout.ms".to_owned();
            return Err(ConfigError::Conflict { key: "fetch.max.wait.ms", conflict });
        }
        Ok(())
    }
}

fn read_assignors(reader: &mut PropertyReader<'_>) -> Result<Vec<AssignorChoice>, ConfigError> {
    let names = reader.list("partition.assignment.strategy");
    if names.is_empty() {
        return Ok(vec![AssignorChoice::Range, AssignorChoice::CooperativeSticky]);
    }
    names
        .iter()
        .map(|name| match name.rsplit('.').next().unwrap_or(name) {
            "range" | "RangeAssignor" => Ok(AssignorChoice::Range),
            "roundrobin" | "RoundRobinAssignor" => Ok(AssignorChoice::RoundRobin),
            "sticky" | "StickyAssignor" => Ok(AssignorChoice::Sticky),
            "cooperative-sticky" | "CooperativeStickyAssignor" => Ok(AssignorChoice::CooperativeSticky),
            _ => Err(invalid(
                "partition.assignment.strategy",
                name,
                "range, roundrobin, sticky or cooperative-sticky (or Java's class names)",
            )),
        })
        .collect()
}

fn read_offset_reset(reader: &mut PropertyReader<'_>) -> Result<AutoOffsetReset, ConfigError> {
    const KEY: &str = "auto.offset.reset";
    let expected = "earliest, latest, none or by_duration:<ISO 8601 duration>";
    match reader.text(KEY) {
        None => Ok(AutoOffsetReset::Latest),
        Some(text) => match (text.to_ascii_lowercase().as_str(), text.split_once(':')) {
            ("earliest", _) => Ok(AutoOffsetReset::Earliest),
            ("latest", _) => Ok(AutoOffsetReset::Latest),
            ("none", _) => Ok(AutoOffsetReset::None),
            (_, Some(("by_duration", iso))) => parse_iso_duration(iso)
                .map(AutoOffsetReset::ByDuration)
                .ok_or_else(|| invalid(KEY, text, expected)),
            _ => Err(invalid(KEY, text, expected)),
        },
    }
}

fn read_isolation_level(reader: &mut PropertyReader<'_>) -> Result<IsolationLevel, ConfigError> {
    match reader.text("isolation.level") {
        None | Some("read_uncommitted") => Ok(IsolationLevel::ReadUncommitted),
        Some("read_committed") => Ok(IsolationLevel::ReadCommitted),
        Some(other) => Err(invalid("isolation.level", other, "read_uncommitted or read_committed")),
    }
}

/// Reads the day-time part of ISO 8601 durations (`P1DT2H30M5S`), which is what Java's `Duration` accepts.
fn parse_iso_duration(text: &str) -> Option<Duration> {
    let rest = text.trim().strip_prefix(['P', 'p'])?;
    let (days, time) = rest.split_once(['T', 't']).unwrap_or((rest, ""));
    let mut seconds = 0_u64;
    for (part, units) in [(days, &[('D', 86_400)][..]), (time, &[('H', 3_600), ('M', 60), ('S', 1)][..])] {
        let mut digits = String::new();
        for letter in part.chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            let (_, scale) = units.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(&letter))?;
            seconds = seconds.checked_add(digits.parse::<u64>().ok()?.checked_mul(*scale)?)?;
            digits.clear();
        }
        if !digits.is_empty() {
            return None;
        }
    }
    (rest.len() > 1).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ConsumerConfig, ConfigError> {
        let mut properties: Properties =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        properties.insert("bootstrap.servers".to_owned(), "localhost:9092".to_owned());
        properties.insert("group.id".to_owned(), "g".to_owned());
        ConsumerConfig::from_properties(&properties)
    }

    #[test]
    fn the_defaults_of_properties_equal_the_defaults_of_code() {
        let mut made = ConsumerConfig::new("localhost:9092");
        made.group_id = Some("g".to_owned());
        assert_eq!(format!("{:?}", read(&[]).unwrap()), format!("{made:?}"));
    }

    #[test]
    fn assignors_are_read_by_short_name_and_by_class_in_order() {
        let given = "sticky, org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
        let config = read(&[("partition.assignment.strategy", given)]).unwrap();
        assert_eq!(config.assignors, [AssignorChoice::Sticky, AssignorChoice::CooperativeSticky]);
    }

    #[test]
    fn offset_reset_reads_a_duration() {
        let hour = AutoOffsetReset::ByDuration(Duration::from_secs(93_784));
        assert_eq!(read(&[("auto.offset.reset", "by_duration:P1DT2H3M4S")]).unwrap().auto_offset_reset, hour);
        assert!(read(&[("auto.offset.reset", "by_duration:1h")]).is_err());
        assert!(read(&[("auto.offset.reset", "smallest")]).is_err());
    }

    #[test]
    fn a_heartbeat_slower_than_the_session_is_refused() {
        assert!(read(&[("heartbeat.interval.ms", "45000")]).is_err());
    }
}
