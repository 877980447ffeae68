//! `kill -9` of the coordinator in each state of a transaction: it ends with one outcome, in all partitions and in the
//! group's offsets.
//!
//! Which state it was killed in is read from its log on disk before it starts again: the last record of the
//! transactional id in `__transaction_state`. Many partitions make the time between deciding and telling long enough
//! to be met.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::{Clock, Random, SeededRandom, SystemClock};
use tidemill_protocol::messages::end_txn::EndTxnRequest;
use tidemill_protocol::messages::transaction_log_record::{TransactionLogKey, TransactionLogValue};
use tidemill_protocol::records::RecordBatch;
use tidemill_protocol::{ErrorCode, Message, Reader};

use crate::process::{Broker, free_port};
use crate::rounds::{rounds, seed};
use crate::wire::Wire;
use crate::wire::reading::read_settled;
use crate::wire::transactional::{Incarnation, Protocol};

const TOPIC: &str = "payments";
const INPUT: &str = "orders";
const GROUP: &str = "cashier";
const ID: &str = "cashier-1";
const PARTITIONS: i32 = 12;
const EMPTY: &str = "Empty";
const ONGOING: &str = "Ongoing";
/// How long an end may take.
const END_LIMIT: Duration = Duration::from_secs(60);
/// Rounds per wanted kill after which the test gives up on a state that is not met.
const PATIENCE: u64 = 40;

/// What a test knows of its broker.
struct World {
    dir: tempfile::TempDir,
    listen: String,
    random: SeededRandom,
    seed: u64,
    next_value: u64,
    /// Values that must be visible, in every partition alike.
    expected: Vec<u64>,
    offset: i64,
    /// How often the coordinator was killed in each state.
    met: BTreeMap<&'static str, u64>,
    /// How long an EndTxn takes, as measured last.
    last_end: Duration,
}

#[test]
fn a_coordinator_killed_in_any_state_leaves_one_outcome() {
    let (wanted, seed) = (rounds(1, 10), seed(53));
    let mut world = World {
        dir: tempfile::tempdir().unwrap(),
        listen: format!("127.0.0.1:{}", free_port()),
        random: SeededRandom::new(seed),
        seed,
        next_value: 1,
        expected: Vec::new(),
        offset: -1,
        met: BTreeMap::new(),
        last_end: Duration::from_millis(2),
    };
    let mut broker = world.start();
    let mut wire = Wire::connect(&world.listen);
    wire.create_topic(TOPIC, PARTITIONS, &[]);
    wire.create_topic(INPUT, 1, &[]);
    wire.find_group_coordinator(GROUP);
    // Those that are complete say how long an end takes, and so where the others are to be met.
    let states = [EMPTY, ONGOING, "CompleteCommit", "CompleteAbort", "PrepareCommit", "PrepareAbort"];
    let mut round = 0;
    while let Some(state) =
        states.into_iter().find(|state| world.met.get(state).copied().unwrap_or(0) < wanted)
    {
        let tried = round;
        assert!(tried < wanted * PATIENCE * 6, "seed {seed}: {state} is never met: {:?}", world.met);
        broker = match state {
            EMPTY => world.kill_when_empty(broker, round),
            ONGOING => world.kill_when_ongoing(broker, round),
            _ => world.kill_when_ending(broker, round, state),
        };
        round += 1;
    }
    let World { met, expected, .. } = world;
    let met: Vec<String> = states.iter().map(|state| format!("{state} {}", met[state])).collect();
    println!(
        "coordinator kills: {round} ({}), {} transactions committed, 0 torn, 0 lost, 0 hanging",
        met.join(", "),
        expected.len()
    );
}

impl World {
    fn start(&self) -> Broker {
        Broker::start_with(self.dir.path(), &self.listen, &[])
    }

    /// Kills, notes the state it was killed in, starts again.
    fn kill(&mut self, broker: Broker) -> (Broker, &'static str) {
        broker.kill();
        let state = state_on_disk(&self.dir.path().join("data"), ID);
        *self.met.entry(state).or_default() += 1;
        (self.start(), state)
    }

    /// A new producer, before its first transaction; after the restart the same one goes on.
    fn kill_when_empty(&mut self, broker: Broker, round: u64) -> Broker {
        let mut producer =
            Incarnation::begin(&mut Wire::connect(&self.listen), ID, Protocol::of_round(round));
        let (broker, state) = self.kill(broker);
        let mut wire = Wire::connect(&self.listen);
        // The coordinator forgets nothing: the epoch given out is still the newest.
        assert_eq!(self.write_all(&mut producer, &mut wire), ErrorCode::None, "{} {state}", self.seed);
        assert_eq!(producer.end(&mut wire, true), ErrorCode::None, "{}", self.seed);
        self.settle(true);
        self.verify(&mut wire, round, state);
        broker
    }

    /// In the middle of a transaction; then it commits, or a new producer takes over and so aborts it.
    fn kill_when_ongoing(&mut self, broker: Broker, round: u64) -> Broker {
        let mut wire = Wire::connect(&self.listen);
        let mut producer = Incarnation::begin(&mut wire, ID, Protocol::of_round(round));
        assert_eq!(self.write_all(&mut producer, &mut wire), ErrorCode::None, "{}", self.seed);
        let (broker, state) = self.kill(broker);
        let mut wire = Wire::connect(&self.listen);
        assert_eq!(wire.transaction_state(ID), ONGOING, "seed {} round {round}", self.seed);
        let commits = self.random.below(2) == 0;
        if commits {
            assert_eq!(producer.end(&mut wire, true), ErrorCode::None, "seed {} round {round}", self.seed);
        } else {
            Incarnation::begin(&mut wire, ID, Protocol::V2);
        }
        self.settle(commits);
        self.verify(&mut wire, round, state);
        broker
    }

    /// When the end is complete, or at a random moment of it.
    fn kill_when_ending(&mut self, broker: Broker, round: u64, wanted: &str) -> Broker {
        let (commits, version) = (wanted.ends_with("Commit"), Protocol::of_round(round).end_version());
        let mut wire = Wire::connect(&self.listen);
        let mut producer = Incarnation::begin(&mut wire, ID, Protocol::of_round(round));
        assert_eq!(self.write_all(&mut producer, &mut wire), ErrorCode::None, "{}", self.seed);
        let clock = SystemClock::new();
        wire.send(&producer.end_request(commits), version).unwrap();
        let mut acknowledged = false;
        if wanted.starts_with("Complete") {
            acknowledged = wire.receive::<EndTxnRequest>(version).unwrap().error_code == 0;
            assert!(acknowledged, "seed {} round {round}", self.seed);
            while wire.transaction_state(ID) != wanted {
                let waited = clock.now().monotonic;
                assert!(waited < END_LIMIT, "seed {} round {round}: the end does not end", self.seed);
            }
            self.last_end = clock.now().monotonic;
        } else {
            // The one sleep that is the point: the kill falls anywhere into the end.
            let span = u64::try_from(self.last_end.as_micros()).unwrap();
            std::thread::sleep(Duration::from_micros(self.random.below(span.max(1))));
        }
        let (broker, state) = self.kill(broker);
        acknowledged |= wire.receive::<EndTxnRequest>(version).is_ok_and(|response| response.error_code == 0);
        let mut wire = Wire::connect(&self.listen);
        // A new incarnation waits for what was decided, and aborts what was not.
        Incarnation::begin(&mut wire, ID, Protocol::V2);
        let story = format!("seed {} round {round}: killed in {state}", self.seed);
        assert!(!acknowledged || state != ONGOING, "{story}: an end was acknowledged that nobody decided");
        self.settle(commits && state != ONGOING);
        self.verify(&mut wire, round, state);
        broker
    }

    /// One value to every partition and an offset to the group.
    fn write_all(&mut self, producer: &mut Incarnation, wire: &mut Wire) -> ErrorCode {
        for partition in 0..PARTITIONS {
            let code = producer.write(wire, TOPIC, partition, &[self.next_value]);
            if code != ErrorCode::None {
                return code;
            }
        }
        producer.write_offset(wire, GROUP, INPUT, i64::try_from(self.next_value).unwrap())
    }

    /// Notes what became of the transaction that was written last.
    fn settle(&mut self, committed: bool) {
        if committed {
            self.expected.push(self.next_value);
            self.offset = i64::try_from(self.next_value).unwrap();
        }
        self.next_value += 1;
    }

    fn verify(&mut self, wire: &mut Wire, round: u64, state: &str) {
        let story = format!("seed {} round {round}: killed in {state}", self.seed);
        for partition in 0..PARTITIONS {
            let seen = read_settled(wire, TOPIC, partition);
            assert_eq!(seen.values(), self.expected, "{story}: partition {partition}");
        }
        assert_eq!(wire.committed_offset(GROUP, INPUT), self.offset, "{story}: offsets of the group");
    }
}

/// The state in the last record of a transactional id.
fn state_on_disk(data: &Path, transactional_id: &str) -> &'static str {
    let mut last = None;
    for folder in fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path()) {
        if !folder.file_name().unwrap().to_string_lossy().starts_with("__transaction_state-") {
            continue;
        }
        let mut segments: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
            .collect();
        segments.sort();
        for segment in segments {
            last = last_state(Bytes::from(fs::read(segment).unwrap()), transactional_id).or(last);
        }
    }
    match last.expect("the transactional id has a record") {
        0 => EMPTY,
        1 => ONGOING,
        2 => "PrepareCommit",
        3 => "PrepareAbort",
        4 => "CompleteCommit",
        5 => "CompleteAbort",
        other => panic!("state {other}"),
    }
}

fn last_state(mut bytes: Bytes, transactional_id: &str) -> Option<i8> {
    let mut last = None;
    // The tail may be torn, or preallocated.
    while let Ok(Some(batch)) = RecordBatch::decode_next(&mut bytes) {
        if batch.verify_checksum().is_err() || batch.is_control() {
            break;
        }
        for record in batch.records(1 << 20).unwrap().iter().map(|record| record.unwrap()) {
            let (Some(key), Some(value)) = (record.key, record.value) else { continue };
            let mut key = Reader::new(Bytes::copy_from_slice(&key[2..]));
            if TransactionLogKey::decode(&mut key, 0).unwrap().transactional_id != transactional_id {
                continue;
            }
            let version = i16::from_be_bytes([value[0], value[1]]);
            let mut value = Reader::new(Bytes::copy_from_slice(&value[2..]));
            last = Some(TransactionLogValue::decode(&mut value, version).unwrap().transaction_status);
        }
    }
    last
}
