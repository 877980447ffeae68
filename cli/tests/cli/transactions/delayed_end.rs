//! An EndTxn that comes late must not end a later transaction (V10, KAFKA-17754; KIP-890 gives each transaction an
//! epoch of its own), nor may a late write slip into one.
//!
//! The network is played here: the late request goes over a connection of its own when a later transaction runs.

use tidemill_environment::{Random, SeededRandom};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::end_txn::EndTxnRequest;

use crate::process::Broker;
use crate::rounds::{rounds, seed};
use crate::wire::reading::read_settled;
use crate::wire::transactional::{Incarnation, Protocol};
use crate::wire::{Wire, until_settled};

const TOPIC: &str = "payments";
const INPUT: &str = "orders";
const GROUP: &str = "cashier";
const ID: &str = "cashier-1";

#[test]
fn a_delayed_end_leaves_later_transactions_untouched() {
    let (rounds, seed) = (rounds(10, 1), seed(47));
    let mut random = SeededRandom::new(seed);
    let broker = Broker::start();
    let (mut wire, mut late_wire) = (Wire::connect(broker.address()), Wire::connect(broker.address()));
    wire.create_topic(TOPIC, 2, &[]);
    wire.create_topic(INPUT, 1, &[]);
    wire.find_group_coordinator(GROUP);
    let mut producer = Incarnation::begin(&mut wire, ID, Protocol::V2);
    let (mut expected, mut offset) = (vec![Vec::new(), Vec::new()], -1);
    let (mut late_ends, mut late_writes, mut next_value) = (0, 0, 1_u64);
    for round in 0..rounds {
        let story = format!("seed {seed} round {round}");
        // The first transaction: its end is sent twice, the first time into a slow network.
        let first_commits = random.below(2) == 0;
        assert_eq!(producer.write(&mut wire, TOPIC, 0, &[next_value]), ErrorCode::None, "{story}");
        let delayed = producer.end_request(first_commits);
        let late_write = producer.produce_request(TOPIC, 0, &[next_value + 1]);
        assert_eq!(producer.end(&mut wire, first_commits), ErrorCode::None, "{story}");
        if first_commits {
            expected[0].push(next_value);
        }
        // A later transaction runs: the delayed requests arrive.
        let later = random.below(3);
        for number in 0..later {
            let value = next_value + 10 + number;
            assert_eq!(producer.write(&mut wire, TOPIC, 1, &[value]), ErrorCode::None, "{story}");
            assert_eq!(producer.end(&mut wire, true), ErrorCode::None, "{story}");
            expected[1].push(value);
        }
        let second_commits = random.below(2) == 0;
        assert_eq!(producer.write(&mut wire, TOPIC, 0, &[next_value + 2]), ErrorCode::None, "{story}");
        let this_offset = i64::try_from(round).unwrap();
        assert_eq!(producer.write_offset(&mut wire, GROUP, INPUT, this_offset), ErrorCode::None, "{story}");
        late_ends += arrive_late(&mut late_wire, &delayed, true, &story);
        let code = producer.send_produce(&mut late_wire, &late_write);
        assert_eq!(code, ErrorCode::InvalidProducerEpoch, "{story}: a late write into a later transaction");
        late_writes += 1;
        assert_eq!(wire.transaction_state(ID), "Ongoing", "{story}");
        let code = producer.write(&mut wire, TOPIC, 1, &[next_value + 3]);
        assert_eq!(code, ErrorCode::None, "{story}: the later transaction goes on");
        assert_eq!(producer.end(&mut wire, second_commits), ErrorCode::None, "{story}");
        if second_commits {
            expected[0].push(next_value + 2);
            expected[1].push(next_value + 3);
            offset = this_offset;
        }
        late_ends += arrive_late(&mut late_wire, &delayed, false, &story);
        assert_eq!(wire.committed_offset(GROUP, INPUT), offset, "{story}");
        next_value += 100;
    }
    for (partition, expected) in expected.iter().enumerate() {
        let seen = read_settled(&mut wire, TOPIC, i32::try_from(partition).unwrap());
        assert_eq!(seen.values(), *expected, "seed {seed} partition {partition}");
    }
    println!(
        "delayed ends: {rounds} rounds, {late_ends} ends and {late_writes} writes came late, 0 later transactions touched"
    );
}

/// The delayed end arrives, once as it was and once as its opposite. While another transaction runs it is refused. When
/// none does, it may be taken for a repetition of the end that it is, and of no other.
fn arrive_late(wire: &mut Wire, delayed: &EndTxnRequest, running: bool, story: &str) -> u64 {
    let opposite = EndTxnRequest { committed: !delayed.committed, ..delayed.clone() };
    for request in [delayed, &opposite] {
        let code =
            until_settled(|| ErrorCode::from_code(wire.call(request, Protocol::V2.end_version()).error_code));
        let refused = [ErrorCode::ProducerFenced, ErrorCode::InvalidProducerEpoch];
        assert!(
            refused.contains(&code),
            "{story}, running {running}: a delayed end was answered with {code:?}"
        );
    }
    2
}
