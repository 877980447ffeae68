//! What an operator sees over HTTP.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use tidemill_broker::{Broker, BrokerConfig};
use tidemill_protocol::messages::fetch::FetchRequest;

use crate::wire::{Wire, batch, fetch_request, records};

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: broker\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn metrics_count_what_was_produced_and_fetched() {
    let dir = tempfile::tempdir().unwrap();
    let mut fixed = BrokerConfig::for_tests(dir.path()).fixed;
    fixed.insert("http.listener".into(), "127.0.0.1:0".into());
    let broker = Broker::start(BrokerConfig::from_properties(fixed).unwrap()).unwrap();
    let mut wire = Wire::connect(broker.address());
    wire.create_topic("orders", 1, &[]);
    wire.produce("orders", batch(&["a", "b", "c"]), -1);
    assert_eq!(records(&wire.fetch("orders", 0, 0)).len(), 3);
    let http = broker.http_address().unwrap();
    let metrics = get(http, "/metrics");
    assert!(
        metrics.contains("kafka_server_brokertopicmetrics_messagesin_total{topic=\"orders\"} 3"),
        "{metrics}"
    );
    assert!(
        metrics.contains("kafka_server_brokertopicmetrics_bytesout_total{topic=\"orders\"}"),
        "{metrics}"
    );
    assert!(metrics.contains("kafka_server_socket_server_metrics_connection_count 1"), "{metrics}");
    assert!(metrics.contains("kafka_server_fetchsessioncache_numincrementalfetchsessions 0"), "{metrics}");
    let full = FetchRequest { session_epoch: 0, ..fetch_request("orders", 0, 0) };
    assert!(wire.call(&full, 12).session_id != 0);
    let metrics = get(http, "/metrics");
    assert!(metrics.contains("kafka_server_fetchsessioncache_numincrementalfetchsessions 1"), "{metrics}");
    assert!(
        metrics.contains("kafka_server_fetchsessioncache_numincrementalfetchpartitionscached 1"),
        "{metrics}"
    );
    assert!(get(http, "/health/live").starts_with("HTTP/1.1 200"));
    assert!(get(http, "/health/ready").starts_with("HTTP/1.1 200"));
}
