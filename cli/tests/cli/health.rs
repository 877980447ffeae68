//! `tidemill health` and its exit codes.

use super::process::{Broker, free_port, run, tidemill};

#[test]
fn a_running_broker_is_healthy_and_a_missing_one_exits_with_10() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "t", "-p", "3"]).succeeded();
    let rows = broker.rows(&["health"]);
    assert_eq!(rows[0]["healthy"], true);
    assert_eq!(rows[0]["brokers"], 1);
    assert_eq!(rows[0]["leaderless_partitions"], 0);
    let address = format!("127.0.0.1:{}", free_port());
    run(&mut tidemill(&["health", "-b", &address]), b"").failed(10, &["unhealthy", &address]);
}
