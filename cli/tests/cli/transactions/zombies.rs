//! A producer that was replaced can do nothing any more (V1, V14; KIP-98 fencing).

use tidemill_environment::{Random, SeededRandom};
use tidemill_protocol::ErrorCode;

use crate::process::Broker;
use crate::rounds::{rounds, seed};
use crate::wire::Wire;
use crate::wire::reading::read_settled;
use crate::wire::transactional::{Incarnation, Protocol};

const TOPIC: &str = "zombie-payments";
const INPUT: &str = "zombie-orders";
const PARTITIONS: i32 = 3;
const GROUP: &str = "cashier";

#[test]
fn a_replaced_producer_writes_commits_and_ends_nothing() {
    let (rounds, seed) = (rounds(6, 1), seed(31));
    let mut random = SeededRandom::new(seed);
    let broker = Broker::start();
    let (mut old_wire, mut new_wire) = (Wire::connect(broker.address()), Wire::connect(broker.address()));
    new_wire.create_topic(TOPIC, PARTITIONS, &[]);
    new_wire.create_topic(INPUT, 1, &[]);
    new_wire.find_group_coordinator(GROUP);
    let mut expected: Vec<Vec<u64>> = vec![Vec::new(); 3];
    let (mut refused, mut next_value) = (0, 1);
    for round in 0..rounds {
        let story = format!("seed {seed} round {round}");
        // Each id keeps to its protocol: after a change of protocol Kafka takes the end of a zombie that has nothing
        // to end for a repetition of the last end.
        let protocol = Protocol::of_round(round);
        let id = format!("cashier-{protocol:?}-{}", random.below(4));
        let mut zombie = Incarnation::begin(&mut old_wire, &id, protocol);
        let open = random.below(3) > 0;
        if open {
            assert_eq!(zombie.write(&mut old_wire, TOPIC, 0, &[next_value]), ErrorCode::None, "{story}");
            assert_eq!(
                zombie.write_offset(&mut old_wire, GROUP, INPUT, 1_000_000),
                ErrorCode::None,
                "{story}"
            );
        }
        let mut successor = Incarnation::begin(&mut new_wire, &id, protocol);
        assert_ne!((successor.producer_id, successor.epoch), (zombie.producer_id, zombie.epoch), "{story}");
        let story = format!("{story}, in a transaction {open}: {zombie:?} replaced by {successor:?}");
        // Half of the zombies speak while their successor is in the middle of a transaction.
        let busy = random.below(2) == 0;
        if busy {
            assert_eq!(
                successor.write(&mut new_wire, TOPIC, 0, &[next_value + 1]),
                ErrorCode::None,
                "{story}"
            );
        }
        refused += haunt(&mut zombie, &mut old_wire, next_value + 2, &story);
        if !busy {
            assert_eq!(
                successor.write(&mut new_wire, TOPIC, 0, &[next_value + 1]),
                ErrorCode::None,
                "{story}"
            );
        }
        let last = i32::try_from(random.below(2)).unwrap() + 1;
        assert_eq!(
            successor.write(&mut new_wire, TOPIC, last, &[next_value + 5]),
            ErrorCode::None,
            "{story}"
        );
        let offset = i64::try_from(round).unwrap();
        assert_eq!(successor.write_offset(&mut new_wire, GROUP, INPUT, offset), ErrorCode::None, "{story}");
        assert_eq!(successor.end(&mut new_wire, true), ErrorCode::None, "{story}");
        refused += haunt(&mut zombie, &mut old_wire, next_value + 6, &story);
        expected[0].push(next_value + 1);
        expected[usize::try_from(last).unwrap()].push(next_value + 5);
        next_value += 10;
        assert_eq!(new_wire.committed_offset(GROUP, INPUT), offset, "{story}");
    }
    for (partition, expected) in expected.iter().enumerate() {
        let seen = read_settled(&mut new_wire, TOPIC, i32::try_from(partition).unwrap());
        assert_eq!(seen.values(), *expected, "seed {seed} partition {partition}");
    }
    println!("zombies: {rounds} rounds, {refused} requests of replaced producers refused, 0 accepted");
}

/// Everything that a producer can ask for; returns how many requests were refused, which must be all.
fn haunt(zombie: &mut Incarnation, wire: &mut Wire, first_value: u64, story: &str) -> u64 {
    let mut refused = 0;
    let mut check = |what: &str, code: ErrorCode| {
        let fenced = [
            ErrorCode::InvalidProducerEpoch,
            ErrorCode::ProducerFenced,
            // A producer whose id was replaced altogether (its epochs were used up) is unknown.
            ErrorCode::InvalidProducerIdMapping,
        ];
        assert!(fenced.contains(&code), "{story}: {what} of a replaced producer was answered with {code:?}");
        refused += 1;
    };
    // To a partition of its transaction and to one that it never wrote.
    for partition in [0, 2] {
        let request = zombie.produce_request(TOPIC, partition, &[first_value]);
        check("a write", zombie.send_produce(wire, &request));
    }
    check("adding a partition", zombie.add(wire, TOPIC, &[1]));
    check("offsets", zombie.write_offset(wire, GROUP, INPUT, 2_000_000));
    check("a commit", zombie.end(wire, true));
    check("an abort", zombie.end(wire, false));
    refused
}
