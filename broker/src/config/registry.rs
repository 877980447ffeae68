//! Every broker and topic key of Kafka 4.3, with type, default and bounds.
//!
//! The keys are data: `broker_keys.txt` and `topic_keys.txt`, one line each, columns separated by blanks:
//!
//! ```text
//! name  type  default  accepts  flags  [broker keys]
//! ```
//! `-` stands for nothing, `""` for the empty text. `accepts` is `>=min`, `min..max`, `min..max|or`,
//! `one-of:a,b`, `any-case:a,b`, `non-empty` or `throttled-replicas`. Flags: `honoured` (the key has an effect in
//! this broker; others are kept and shown, and warned about when set), `dynamic` (may be altered while the broker
//! runs), `internal` (accepted, not listed). The last column names, for a topic key, the broker keys that give its
//! default, strongest first, with the factor between their units.
//!
//! Defaults are Kafka's except where one node needs another: replication of internal topics is 1, and the number
//! of connections and of members of a group is finite.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::error::ConfigError;
use super::kind::{self, Accepts, Kind};

/// A broker key that gives a topic key its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerSynonym {
    /// The broker key.
    pub name: &'static str,
    /// What the broker's value is multiplied by to give the topic's.
    pub factor: i64,
}

/// One configuration key.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigKey {
    /// The key.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Kind,
    /// Its value when nobody sets it; `None` is null.
    pub default: Option<&'static str>,
    /// Bounds of its value.
    pub accepts: Accepts,
    /// Whether it has an effect in this broker.
    pub honoured: bool,
    /// Whether it may be altered while the broker runs.
    pub dynamic: bool,
    /// Whether it is accepted but not listed.
    pub internal: bool,
    /// For a topic key: the broker keys behind its default, strongest first.
    pub broker_keys: Vec<BrokerSynonym>,
}

impl ConfigKey {
    /// Checks a value and returns it as DescribeConfigs shows it.
    ///
    /// # Errors
    /// [`ConfigError::InvalidValue`] if the value does not fit.
    pub fn check(&self, value: &str) -> Result<String, ConfigError> {
        kind::check(self.name, self.kind, &self.accepts, value)
    }

    /// Tells whether the value must not be shown.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.kind == Kind::Password
    }

    fn from_line(line: &'static str) -> Option<Self> {
        let mut columns = line.split_ascii_whitespace();
        let name = columns.next()?;
        let kind = Kind::from_word(columns.next()?)?;
        let default = match columns.next()? {
            "-" => None,
            "\"\"" => Some(""),
            value => Some(value),
        };
        let accepts = Accepts::from_rule(columns.next()?)?;
        let flags: Vec<_> = columns.next()?.split(',').collect();
        let synonyms = columns.next().filter(|column| *column != "-");
        let broker_keys = synonyms
            .map_or(Some(Vec::new()), |column| column.split(',').map(BrokerSynonym::from_column).collect())?;
        let has = |flag: &str| flags.contains(&flag);
        let (honoured, dynamic, internal) = (has("honoured"), has("dynamic"), has("internal"));
        Some(Self { name, kind, default, accepts, honoured, dynamic, internal, broker_keys })
    }
}

impl BrokerSynonym {
    fn from_column(column: &'static str) -> Option<Self> {
        let (name, factor) = column.split_once('*').unwrap_or((column, "1"));
        Some(Self { name, factor: factor.parse().ok()? })
    }
}

type Table = BTreeMap<&'static str, ConfigKey>;

static BROKER_KEYS: LazyLock<Table> = LazyLock::new(|| parse(include_str!("broker_keys.txt")));
static TOPIC_KEYS: LazyLock<Table> = LazyLock::new(|| parse(include_str!("topic_keys.txt")));

fn parse(text: &'static str) -> Table {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let key = ConfigKey::from_line(line).expect("a test parses every line of the tables");
            (key.name, key)
        })
        .collect()
}

/// Returns every broker key in the order of names.
pub fn broker_keys() -> impl Iterator<Item = &'static ConfigKey> {
    BROKER_KEYS.values()
}

/// Returns every topic key in the order of names.
pub fn topic_keys() -> impl Iterator<Item = &'static ConfigKey> {
    TOPIC_KEYS.values()
}

/// Finds a broker key; `listener.name.<listener>.<key>` finds `<key>`.
#[must_use]
pub fn broker_key(name: &str) -> Option<&'static ConfigKey> {
    BROKER_KEYS.get(base_name(name))
}

/// Finds a topic key.
#[must_use]
pub fn topic_key(name: &str) -> Option<&'static ConfigKey> {
    TOPIC_KEYS.get(name)
}

/// Tells whether `name` is a broker key.
#[must_use]
pub fn is_known_broker_key(name: &str) -> bool {
    broker_key(name).is_some()
}

/// Tells whether `name` is a key of one listener (`listener.name.<listener>.<key>`).
pub(super) fn is_listener_override(name: &str) -> bool {
    base_name(name).len() < name.len()
}

/// Strips `listener.name.<listener>.` and, before keys of a SASL mechanism, `<mechanism>.`.
fn base_name(name: &str) -> &str {
    let Some((_, rest)) = name.strip_prefix("listener.name.").and_then(|rest| rest.split_once('.')) else {
        return name;
    };
    if BROKER_KEYS.contains_key(rest) {
        return rest;
    }
    rest.split_once('.')
        .map_or(rest, |(_mechanism, key)| if BROKER_KEYS.contains_key(key) { key } else { rest })
}

/// The broker keys that set the same thing in different units, strongest first.
const UNIT_FAMILIES: [&[&str]; 4] = [
    &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
    &["log.roll.ms", "log.roll.hours"],
    &["log.roll.jitter.ms", "log.roll.jitter.hours"],
    &["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
];

/// Returns `name` and the broker keys that stand in for it when it is not set, strongest first.
pub(super) fn stand_ins(name: &str) -> &[&'static str] {
    UNIT_FAMILIES
        .iter()
        .find_map(|family| family.iter().position(|member| *member == name).map(|at| &family[at..]))
        .or_else(|| BROKER_KEYS.get(base_name(name)).map(|key| std::slice::from_ref(&key.name)))
        .unwrap_or_default()
}
