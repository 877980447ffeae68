//! What survives a stop, and what stands in the way of a start.

use std::net::TcpListener;

use tidemill_broker::{Broker, BrokerConfig};

use crate::wire::{TestBroker, batch, records};

#[test]
fn topics_records_and_ids_survive_a_restart() {
    let mut broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 2, &[("retention.ms", "-1")]);
    wire.produce("orders", batch(&["a", "b"]), -1);
    let id = wire.topic_id("orders");
    broker.restart();
    let mut wire = broker.connect();
    assert_eq!(wire.topic_id("orders"), id);
    assert_eq!(records(&wire.fetch("orders", 0, 0)).len(), 2);
    assert_eq!(wire.produce("orders", batch(&["c"]), -1).base_offset, 2);
}

#[test]
fn a_clean_restart_keeps_the_leader_epoch_and_an_unclean_one_raises_it() {
    let mut broker = TestBroker::start();
    let epoch = |broker: &TestBroker| {
        let fetched = broker.connect().call(&crate::wire::fetch_request("orders", 0, 0), 12);
        assert_eq!(fetched.responses[0].partitions[0].error_code, 0);
        let request =
            tidemill_protocol::messages::metadata::MetadataRequest { topics: None, ..Default::default() };
        broker.connect().newest(&request).topics[0].partitions[0].leader_epoch
    };
    broker.connect().create_topic("orders", 1, &[]);
    let first = epoch(&broker);
    broker.restart();
    assert_eq!(epoch(&broker), first);
    broker.stop();
    std::fs::remove_file(broker.dir.path().join(".kafka_cleanshutdown")).unwrap();
    let restarted = Broker::start(broker.config()).unwrap();
    let mut wire = crate::wire::Wire::connect(restarted.address());
    let request =
        tidemill_protocol::messages::metadata::MetadataRequest { topics: None, ..Default::default() };
    assert_eq!(wire.newest(&request).topics[0].partitions[0].leader_epoch, first + 1);
}

#[test]
fn a_directory_in_use_a_port_in_use_and_a_foreign_directory_are_refused_by_name() {
    let broker = TestBroker::start();
    let refused = Broker::start(broker.config()).err().unwrap().to_string();
    assert!(refused.contains("in use by another broker"), "{refused}");

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut fixed = BrokerConfig::for_tests(dir.path()).fixed;
    let address = taken.local_addr().unwrap();
    fixed.insert("listeners".into(), format!("PLAINTEXT://{address}"));
    let refused = Broker::start(BrokerConfig::from_properties(fixed).unwrap()).err().unwrap().to_string();
    assert!(refused.contains(&address.to_string()), "{refused}");

    let dir = tempfile::tempdir().unwrap();
    Broker::start(BrokerConfig::for_tests(dir.path())).unwrap().shutdown();
    let mut fixed = BrokerConfig::for_tests(dir.path()).fixed;
    fixed.insert("node.id".into(), "7".into());
    let refused = Broker::start(BrokerConfig::from_properties(fixed).unwrap()).err().unwrap().to_string();
    assert!(refused.contains("node.id=1") && refused.contains("node.id=7"), "{refused}");
}

#[test]
fn a_stop_is_quick_even_while_fetches_wait() {
    let mut broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    wire.send(&crate::wire::fetch_request("orders", 0, 60_000), 12);
    let started = std::time::Instant::now();
    broker.stop();
    // The fetch wanted to wait for a minute; it is answered now, or not at all if it had not been read yet.
    wire.receive_raw().unwrap();
    assert!(started.elapsed() < std::time::Duration::from_secs(30), "took {:?}", started.elapsed());
}
