//! Configuration over the wire: everything is listed, and what is set takes effect.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResult,
};
use tidemill_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, AlterableConfig, IncrementalAlterConfigsRequest,
};

use crate::wire::{TestBroker, Wire, batch};

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const SET: i8 = 0;
const DELETE: i8 = 1;
const DYNAMIC_TOPIC: i8 = 1;
const DEFAULT: i8 = 5;

fn describe(wire: &mut Wire, resource_type: i8, name: &str) -> DescribeConfigsResult {
    let resource =
        DescribeConfigsResource { resource_type, resource_name: name.into(), configuration_keys: None };
    let request =
        DescribeConfigsRequest { resources: vec![resource], include_synonyms: true, ..Default::default() };
    wire.newest(&request).results.remove(0)
}

fn value(described: &DescribeConfigsResult, key: &str) -> (Option<String>, i8) {
    let config = described.configs.iter().find(|config| config.name == key).unwrap();
    (config.value.clone(), config.config_source)
}

fn alter(
    wire: &mut Wire,
    (resource_type, name): (i8, &str),
    (key, operation, value): (&str, i8, Option<&str>),
) -> AlterConfigsResourceResponse {
    let config =
        AlterableConfig { name: key.into(), config_operation: operation, value: value.map(Into::into) };
    let resource = AlterConfigsResource { resource_type, resource_name: name.into(), configs: vec![config] };
    let request = IncrementalAlterConfigsRequest { resources: vec![resource], ..Default::default() };
    wire.newest(&request).responses.remove(0)
}

#[test]
fn every_key_is_listed_with_value_and_source() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[("retention.ms", "1000")]);
    let topic = describe(&mut wire, TOPIC, "orders");
    assert!(topic.configs.len() > 25, "{} topic keys", topic.configs.len());
    assert_eq!(value(&topic, "retention.ms"), (Some("1000".into()), DYNAMIC_TOPIC));
    assert_eq!(value(&topic, "cleanup.policy"), (Some("delete".into()), DEFAULT));
    let this = describe(&mut wire, BROKER, "1");
    assert!(this.configs.len() > 150, "{} broker keys", this.configs.len());
    let unknown = describe(&mut wire, TOPIC, "absent");
    assert_eq!(unknown.error_code, ErrorCode::UnknownTopicOrPartition.code());
}

#[test]
fn a_set_value_takes_effect_and_a_deleted_one_goes_back_to_the_default() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let large = batch(&[&"x".repeat(500)]);
    assert_eq!(wire.produce("orders", large.clone(), -1).error_code, 0);
    assert_eq!(alter(&mut wire, (TOPIC, "orders"), ("max.message.bytes", SET, Some("200"))).error_code, 0);
    assert_eq!(wire.produce("orders", large.clone(), -1).error_code, ErrorCode::MessageTooLarge.code());
    assert_eq!(alter(&mut wire, (TOPIC, "orders"), ("max.message.bytes", DELETE, None)).error_code, 0);
    assert_eq!(wire.produce("orders", large, -1).error_code, 0);
}

#[test]
fn a_broker_wide_value_reaches_topics_that_have_none_of_their_own() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    assert_eq!(alter(&mut wire, (BROKER, ""), ("message.max.bytes", SET, Some("200"))).error_code, 0);
    let refused = wire.produce("orders", batch(&[&"x".repeat(500)]), -1);
    assert_eq!(refused.error_code, ErrorCode::MessageTooLarge.code());
}

#[test]
fn segments_may_be_as_small_as_before_kafka_4_and_no_smaller() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("small", 1, &[("segment.bytes", "10000")]);
    assert_eq!(value(&describe(&mut wire, TOPIC, "small"), "segment.bytes").0, Some("10000".into()));
    let refused = wire.try_create_topic("smaller", 1, &[("segment.bytes", "13")]);
    assert_eq!(refused.topics[0].error_code, ErrorCode::InvalidConfig.code());
}

#[test]
fn wrong_keys_and_values_are_refused_by_name() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let refused = alter(&mut wire, (TOPIC, "orders"), ("no.such.key", SET, Some("1")));
    assert_eq!(refused.error_code, ErrorCode::InvalidConfig.code());
    assert!(refused.error_message.unwrap().contains("no.such.key"));
    let refused = alter(&mut wire, (TOPIC, "orders"), ("retention.ms", SET, Some("soon")));
    assert_eq!(refused.error_code, ErrorCode::InvalidConfig.code());
    let message = refused.error_message.unwrap();
    assert!(message.contains("retention.ms") && message.contains("soon"), "{message}");
    let created = wire.try_create_topic("new", 1, &[("cleanup.policy", "shred")]);
    assert_eq!(created.topics[0].error_code, ErrorCode::InvalidConfig.code());
    assert!(created.topics[0].error_message.as_deref().unwrap().contains("shred"));
}

#[test]
fn an_address_gets_no_more_connections_than_its_limit_which_may_be_altered() {
    let broker = TestBroker::with(&[("max.connections.per.ip", "2")]);
    let mut first = broker.connect();
    let second = broker.connect();
    first.create_topic("orders", 1, &[]);
    assert!(broker.connect().is_closed());
    let raised = AlterableConfig {
        name: "max.connections.per.ip.overrides".into(),
        value: Some("127.0.0.1:3".into()),
        ..AlterableConfig::default()
    };
    let everywhere =
        AlterConfigsResource { resource_type: 4, configs: vec![raised], ..AlterConfigsResource::default() };
    let altered = first.newest(&IncrementalAlterConfigsRequest {
        resources: vec![everywhere],
        ..IncrementalAlterConfigsRequest::default()
    });
    assert_eq!(altered.responses[0].error_code, 0, "{altered:?}");
    broker.connect().create_topic("payments", 1, &[]);
    drop(second);
}
