//! Alterations of topics and brokers, right and wrong.

use tidemill_protocol::ErrorCode;

use super::super::describe::BrokerResource;
use super::super::error::{ConfigError, ConfigScope};
use super::super::properties::Properties;
use super::super::tests::{Sources, properties};
use super::{Alteration, alter_broker, alter_topic, replace_broker, replace_topic};

fn set(name: &str, operation: i8, value: &str) -> Alteration {
    Alteration { name: name.to_owned(), operation, value: Some(value.to_owned()) }
}

#[test]
fn lists_grow_and_shrink_by_elements() {
    let sources = Sources::default();
    let broker = sources.layers();
    let none = Properties::new();
    let appended = alter_topic(&none, &[set("cleanup.policy", 2, "compact")], broker).unwrap();
    assert_eq!(appended, properties(&[("cleanup.policy", "delete,compact")]));
    let again = alter_topic(&appended, &[set("cleanup.policy", 2, "compact,delete")], broker).unwrap();
    assert_eq!(again, appended);
    let subtracted = alter_topic(&appended, &[set("cleanup.policy", 3, "delete")], broker).unwrap();
    assert_eq!(subtracted, properties(&[("cleanup.policy", "compact")]));
    let empty = alter_topic(&subtracted, &[set("cleanup.policy", 3, "compact,absent")], broker).unwrap();
    assert_eq!(empty, properties(&[("cleanup.policy", "")]));
}

#[test]
fn values_are_set_and_deleted_by_key() {
    let sources = Sources::default();
    let current = properties(&[("retention.ms", "5")]);
    let delete = Alteration { name: "retention.ms".to_owned(), operation: 1, value: None };
    let altered = alter_topic(&current, &[delete, set("segment.ms", 0, "7")], sources.layers()).unwrap();
    assert_eq!(altered, properties(&[("segment.ms", "7")]));
}

#[test]
fn a_wrong_topic_alteration_is_refused_as_a_whole_with_kafkas_code() {
    let sources = Sources::default();
    let null = Alteration { name: "retention.ms".to_owned(), operation: 0, value: None };
    let twice = [set("retention.ms", 0, "1"), set("retention.ms", 0, "2")];
    let conflict = [set("min.compaction.lag.ms", 0, "10"), set("max.compaction.lag.ms", 0, "5")];
    let cases: [(&[Alteration], ErrorCode, &str); 8] = [
        (&[set("no.such.key", 0, "1")], ErrorCode::InvalidConfig, "no.such.key"),
        (&[set("retention.ms", 0, "-5")], ErrorCode::InvalidConfig, "\"-5\" for configuration retention.ms"),
        (&[set("retention.ms", 2, "1")], ErrorCode::InvalidConfig, "append to configuration retention.ms"),
        (&[set("segment.ms", 3, "1")], ErrorCode::InvalidConfig, "subtract from configuration segment.ms"),
        (&[set("segment.ms", 9, "1")], ErrorCode::InvalidRequest, "unknown operation 9"),
        (&[null], ErrorCode::InvalidRequest, "null value for configuration retention.ms"),
        (&twice, ErrorCode::InvalidRequest, "retention.ms occurs twice"),
        (&conflict, ErrorCode::InvalidConfig, "min.compaction.lag.ms (10)"),
    ];
    for (alterations, code, part) in cases {
        let error = alter_topic(&Properties::new(), alterations, sources.layers()).unwrap_err();
        assert_eq!(error.error_code(ConfigScope::Topic), code, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_created_topics_configs_are_checked_like_altered_ones() {
    let sources = Sources::default();
    let good = [("retention.ms", Some("1000")), ("cleanup.policy", Some("compact"))];
    let created = replace_topic(good.into_iter(), sources.layers()).unwrap();
    assert_eq!(created, properties(&[("retention.ms", "1000"), ("cleanup.policy", "compact")]));
    let null = replace_topic([("retention.ms", None)].into_iter(), sources.layers());
    assert_eq!(null, Err(ConfigError::NullValue { key: "retention.ms".to_owned() }));
    assert!(replace_topic([("segment.bytes", Some("13"))].into_iter(), sources.layers()).is_err());
}

#[test]
fn a_broker_key_is_altered_only_where_kafka_allows_it() {
    let none = Properties::new();
    let this = BrokerResource::ThisBroker;
    let all = BrokerResource::ClusterDefault;
    let altered = alter_broker(all, &none, &[set("message.max.bytes", 0, "5")]).unwrap();
    assert_eq!(altered, properties(&[("message.max.bytes", "5")]));

    let read_only = alter_broker(this, &none, &[set("node.id", 0, "5")]).unwrap_err();
    assert_eq!(read_only, ConfigError::ReadOnly { key: "node.id".to_owned() });
    assert_eq!(read_only.error_code(ConfigScope::Broker), ErrorCode::InvalidRequest);
    let per_broker = alter_broker(all, &none, &[set("ssl.keystore.location", 0, "/k")]).unwrap_err();
    assert!(matches!(per_broker, ConfigError::PerBroker { .. }));
    let wrong = replace_broker(this, [("log.cleaner.threads", Some("x"))].into_iter()).unwrap_err();
    assert_eq!(wrong.error_code(ConfigScope::Broker), ErrorCode::InvalidRequest);
    assert!(replace_broker(this, [("unknown.key", Some("x"))].into_iter()).is_err());
}
