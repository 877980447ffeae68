//! The registry against Kafka's rules, and configurations from text to answers.

use std::path::Path;
use std::time::Duration;

use super::broker_config::{BrokerConfig, FlushBeforeAck};
use super::describe::{BrokerResource, DescribedConfig, describe_broker, describe_topic};
use super::layers::{BrokerLayers, ConfigSource, merge};
use super::properties::Properties;
use super::registry::{self, ConfigKey};
use super::topic_config::{TopicCompression, TopicConfig};

pub(super) fn properties(pairs: &[(&str, &str)]) -> Properties {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The three sources of a broker, owned.
#[derive(Default)]
pub(super) struct Sources {
    dynamic_broker: Properties,
    dynamic_default: Properties,
    fixed: Properties,
}

impl Sources {
    pub(super) fn fixed(pairs: &[(&str, &str)]) -> Self {
        Self { fixed: properties(pairs), ..Self::default() }
    }

    pub(super) fn layers(&self) -> BrokerLayers<'_> {
        BrokerLayers {
            dynamic_broker: &self.dynamic_broker,
            dynamic_default: &self.dynamic_default,
            fixed: &self.fixed,
        }
    }
}

fn find<'a>(described: &'a [DescribedConfig], name: &str) -> &'a DescribedConfig {
    described.iter().find(|config| config.name == name).unwrap()
}

#[test]
fn every_line_of_both_tables_is_a_key_whose_default_it_accepts() {
    let keys: Vec<&ConfigKey> = registry::broker_keys().chain(registry::topic_keys()).collect();
    assert_eq!(registry::broker_keys().count(), 364);
    assert_eq!(registry::topic_keys().count(), 34);
    for key in keys {
        // Kafka's own defaults of these are empty although it refuses to be given nothing.
        let is_empty_default = key.default == Some("") && key.check("").is_err();
        if let Some(default) = key.default.filter(|_| !is_empty_default) {
            let shown = key.check(default);
            let same = shown.as_deref().is_ok_and(|shown| shown.eq_ignore_ascii_case(default));
            assert!(same, "{}: {default} became {shown:?}", key.name);
        }
    }
}

#[test]
fn a_topic_key_and_the_broker_keys_behind_it_have_the_same_default() {
    for key in registry::topic_keys() {
        let defaults: Vec<String> = key
            .broker_keys
            .iter()
            .filter_map(|synonym| Some((registry::broker_key(synonym.name)?.default?, synonym.factor)))
            .map(|(default, factor)| match factor {
                1 => default.to_owned(),
                factor => (default.parse::<i64>().unwrap() * factor).to_string(),
            })
            .collect();
        for synonym in &key.broker_keys {
            assert!(registry::is_known_broker_key(synonym.name), "{}", synonym.name);
        }
        if let Some(first) = defaults.first() {
            assert_eq!(Some(first.as_str()), key.default, "{}", key.name);
        }
    }
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let file = properties(&[("a", "file"), ("b", "file"), ("c", "file")]);
    let environment = properties(&[("b", "environment"), ("c", "environment")]);
    let merged = merge(properties(&[("c", "flag")]), environment, file);
    assert_eq!(merged, properties(&[("a", "file"), ("b", "environment"), ("c", "flag")]));
}

#[test]
fn a_broker_without_configuration_has_kafkas_defaults_on_loopback() {
    let config = BrokerConfig::from_properties(Properties::new()).unwrap();
    assert_eq!(config.node_id, 1);
    assert_eq!(config.listeners[0].host, "127.0.0.1");
    assert_eq!(config.network.request_max_bytes, 100 * 1024 * 1024);
    assert_eq!(config.groups.min_session_timeout, Duration::from_secs(6));
    assert_eq!(config.groups.offsets_retention, Duration::from_secs(7 * 24 * 3600));
    assert_eq!(config.topics.flush_before_ack, FlushBeforeAck::All);
    assert!(config.advertised_listeners.is_empty() && config.warnings.is_empty());
}

#[test]
fn a_configuration_for_tests_takes_a_free_port_and_does_not_delay_rebalances() {
    let config = BrokerConfig::for_tests(Path::new("/data"));
    assert_eq!(config.listeners[0].port, 0);
    assert_eq!(config.groups.initial_rebalance_delay, Duration::ZERO);
    assert_eq!(config.log_dirs, [Path::new("/data")]);
}

#[test]
fn unknown_keys_and_keys_without_effect_are_warned_about_by_name() {
    let given = [("nonsense.key", "1"), ("ssl.keystore.location", "/k"), ("log.dirs", "/d")];
    let config = BrokerConfig::from_properties(properties(&given)).unwrap();
    assert_eq!(config.warnings.len(), 2);
    assert!(config.warnings[0].contains("nonsense.key") && config.warnings[0].contains("unknown"));
    assert!(config.warnings[1].contains("ssl.keystore.location"));
}

#[test]
fn a_wrong_broker_value_is_refused_with_key_value_and_expectation() {
    for (key, value, expected) in [
        ("num.partitions", "0", "at least 1"),
        ("socket.request.max.bytes", "big", "type INT"),
        ("auto.create.topics.enable", "yes", "true or false"),
        ("log.flush.before.ack", "maybe", "all, never"),
        ("listeners", "9092", "NAME://HOST:PORT"),
        ("group.min.session.timeout.ms", "99999999", "group.max.session.timeout.ms"),
    ] {
        let message = BrokerConfig::from_properties(properties(&[(key, value)])).unwrap_err().to_string();
        assert!(message.contains(key) && message.contains(value) && message.contains(expected), "{message}");
    }
}

#[test]
fn broker_id_names_the_node_unless_node_id_does() {
    let id = |pairs: &[(&str, &str)]| BrokerConfig::from_properties(properties(pairs)).unwrap().node_id;
    assert_eq!(id(&[("broker.id", "5")]), 5);
    assert_eq!(id(&[("broker.id", "5"), ("node.id", "6")]), 6);
    assert_eq!(id(&[("broker.id", "-1")]), 1);
}

#[test]
fn milliseconds_beat_minutes_which_beat_hours() {
    let retention = |pairs: &[(&str, &str)]| {
        TopicConfig::new(&Properties::new(), Sources::fixed(pairs).layers()).unwrap().retention
    };
    assert_eq!(retention(&[]), Some(Duration::from_secs(168 * 3600)));
    assert_eq!(retention(&[("log.retention.hours", "2")]), Some(Duration::from_secs(7200)));
    let both = [("log.retention.hours", "2"), ("log.retention.minutes", "1")];
    assert_eq!(retention(&both), Some(Duration::from_secs(60)));
    assert_eq!(
        retention(&[("log.retention.ms", "5"), ("log.retention.minutes", "1")]),
        Some(Duration::from_millis(5))
    );
    assert_eq!(retention(&[("log.retention.hours", "-1")]), None);
}

#[test]
fn a_topics_override_beats_the_brokers_value() {
    let sources = Sources::fixed(&[("compression.type", "gzip"), ("log.segment.bytes", "2097152")]);
    let overrides = properties(&[("segment.bytes", "4194304"), ("cleanup.policy", "compact, delete")]);
    let config = TopicConfig::new(&overrides, sources.layers()).unwrap();
    assert_eq!(config.segment_bytes, 4_194_304);
    assert_eq!(config.compression, TopicCompression::Gzip { level: -1 });
    assert!(config.compact && config.delete);
}

#[test]
fn a_topic_lists_every_public_key_with_its_value_type_and_source() {
    let mut sources = Sources::fixed(&[("log.retention.hours", "1"), ("log.segment.bytes", "2000000")]);
    sources.dynamic_default = properties(&[("message.max.bytes", "999")]);
    let overrides = properties(&[("segment.bytes", "3000000")]);
    let described = describe_topic(&overrides, sources.layers(), None);
    assert_eq!(described.len(), 33);

    let segment = find(&described, "segment.bytes");
    assert_eq!((segment.value.as_deref(), segment.source), (Some("3000000"), ConfigSource::DynamicTopic));
    let chain: Vec<_> =
        segment.synonyms.iter().map(|synonym| (synonym.name.as_str(), synonym.source)).collect();
    assert_eq!(
        chain,
        [
            ("segment.bytes", ConfigSource::DynamicTopic),
            ("log.segment.bytes", ConfigSource::StaticBroker),
            ("log.segment.bytes", ConfigSource::Default),
        ]
    );
    let retention = find(&described, "retention.ms");
    assert_eq!((retention.value.as_deref(), retention.source), (Some("3600000"), ConfigSource::StaticBroker));
    assert_eq!(find(&described, "max.message.bytes").source, ConfigSource::DynamicDefaultBroker);
    let dirty = find(&described, "min.cleanable.dirty.ratio");
    assert_eq!(
        (dirty.value.as_deref(), dirty.source, dirty.kind_id),
        (Some("0.5"), ConfigSource::Default, 6)
    );
    assert!(described.iter().all(|config| !config.read_only));
}

#[test]
fn a_broker_lists_every_public_key_and_hides_secrets() {
    let mut sources = Sources::fixed(&[("ssl.key.password", "secret"), ("node.id", "4")]);
    sources.dynamic_broker = properties(&[("listener.name.internal.ssl.keystore.location", "/k")]);
    let described = describe_broker(BrokerResource::ThisBroker, sources.layers(), None);
    let public = registry::broker_keys().filter(|key| !key.internal).count();
    assert_eq!(described.len(), public + 1);
    let password = find(&described, "ssl.key.password");
    assert!(password.sensitive && password.value.is_none());
    assert_eq!(password.synonyms[0].value, None);
    let node = find(&described, "node.id");
    assert!(node.read_only && node.source == ConfigSource::StaticBroker);
    assert!(!find(&described, "log.retention.ms").read_only);
    let listener = find(&described, "listener.name.internal.ssl.keystore.location");
    assert_eq!((listener.value.as_deref(), listener.source), (Some("/k"), ConfigSource::DynamicBroker));
}

#[test]
fn the_default_of_all_brokers_lists_only_what_was_altered_there() {
    let mut sources = Sources::fixed(&[("message.max.bytes", "1"), ("num.partitions", "3")]);
    sources.dynamic_broker = properties(&[("message.max.bytes", "2")]);
    sources.dynamic_default = properties(&[("message.max.bytes", "3")]);
    let described = describe_broker(BrokerResource::ClusterDefault, sources.layers(), None);
    assert_eq!(described.len(), 1);
    assert_eq!(described[0].value.as_deref(), Some("3"));
    assert_eq!(described[0].source, ConfigSource::DynamicDefaultBroker);
}

#[test]
fn a_request_for_some_keys_gets_only_those_it_knows() {
    let names = ["retention.ms".to_owned(), "nonsense".to_owned()];
    let sources = Sources::default();
    let described = describe_topic(&Properties::new(), sources.layers(), Some(&names));
    assert_eq!(described.len(), 1);
}
