//! What a bug in a request may cost.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::{Broker, BrokerConfig};

/// ApiVersions, version 0, from a client of this name.
fn request(client_id: &str) -> Vec<u8> {
    let length = i16::try_from(client_id.len()).unwrap().to_be_bytes();
    let mut request = [[0, 18], [0, 0], [0, 0], [0, 7], length].concat();
    request.extend_from_slice(client_id.as_bytes());
    [&u32::try_from(request.len()).unwrap().to_be_bytes(), &request[..]].concat()
}

#[test]
fn a_request_that_panics_costs_its_own_connection_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let broker = Broker::start(BrokerConfig::for_tests(dir.path())).unwrap();
    let [sound, mut faulty] = [0; 2].map(|_| TcpStream::connect(broker.address()).unwrap());
    faulty.write_all(&request("planted")).unwrap();
    // The broker says nothing and closes.
    let mut answer = Vec::new();
    assert!(!matches!(faulty.read_to_end(&mut answer), Ok(1..)), "{answer:?}");
    for mut client in [sound, TcpStream::connect(broker.address()).unwrap()] {
        client.write_all(&request("sound")).unwrap();
        let mut answer = [0; 8];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(answer[4..], [0, 0, 0, 7]);
    }
    broker.shutdown();
}
