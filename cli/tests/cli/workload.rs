//! Clients that send, poll and transact while the broker is killed; the history of it is judged by the checker of
//! `history`.
//!
//! Each client does one operation at a time: a transaction of one to four sends and polls (one of ten aborts), single
//! sends and polls, changes between assigning and subscribing, crashes. The nemesis kills the broker with `kill -9`.
//! At the end new clients fence the old ones and read everything. `ROUNDS` scales the kills; `make faults` runs 40.
//! A history that is found wrong is kept, its name printed: `cargo run -p tidemill-history -- FILE`.

mod client;
mod session;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_client::{Admin, AdminConfig, NewTopic, OffsetSpec, TopicPartition};
use tidemill_environment::{Clock, Random, SeededRandom, SystemClock};
use tidemill_history::{Event, EventKind, Function, Options, Recorder, Watermarks, check, parse};

use super::process::{Broker, free_port};
use super::rounds::{rounds, seed};

const TOPIC: &str = "ledger";
const PARTITIONS: i32 = 3;
const CLIENTS: u64 = 4;
/// Operations that the clients begin between two kills: from this many on ...
const MIN_OPERATIONS: u64 = 60;
/// ... to this many more.
const SPREAD: u64 = 120;
/// The process that looks at watermarks.
const OBSERVER: u64 = 1_000_000;
/// Sessions of members are short.
const BROKER: [&str; 2] = ["-X", "group.min.session.timeout.ms=100"];
const STALL_STEPS: u32 = 12_000;

/// What the clients and the test share.
struct World {
    listen: String,
    clock: SystemClock,
    history: Mutex<Recorder<Vec<u8>>>,
    next_value: AtomicU64,
    next_process: AtomicU64,
    operations: AtomicU64,
    stopping: AtomicBool,
}

impl World {
    fn record(&self, event: Event) {
        // The time is taken under the lock, so that the order of the lines is the order of time.
        let mut history = self.history.lock();
        let time = u64::try_from(self.clock.now().monotonic.as_nanos()).unwrap();
        history.record(time, event).unwrap();
    }

    fn value(&self) -> u64 {
        self.next_value.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn process(&self) -> u64 {
        self.next_process.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Waits until the clients have begun `count` more operations.
    fn wait_for_operations(&self, count: u64) -> bool {
        let wanted = self.operations.load(Ordering::SeqCst) + count;
        for _ in 0..STALL_STEPS {
            if self.operations.load(Ordering::SeqCst) >= wanted {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// Looks at the end of every partition.
    fn observe(&self) {
        self.record(Event::new(OBSERVER, EventKind::Invoke, Function::Observe));
        let admin = Admin::connect(AdminConfig::new(&self.listen)).unwrap().blocking();
        let asked: BTreeMap<TopicPartition, OffsetSpec> =
            partitions().into_iter().map(|partition| (partition, OffsetSpec::Latest)).collect();
        let mut event = Event::new(OBSERVER, EventKind::Info, Function::Observe);
        if let Ok(found) = admin.list_offsets(&asked) {
            event.kind = EventKind::Ok;
            for (partition, offset) in found {
                let Ok(Some(offset)) = offset else { continue };
                let watermarks = Watermarks { high_watermark: Some(offset.offset), ..Watermarks::default() };
                event.partitions.insert(partition.to_string(), watermarks);
            }
        }
        self.record(event);
    }
}

fn partitions() -> Vec<TopicPartition> {
    (0..PARTITIONS).map(|partition| TopicPartition::new(TOPIC, partition)).collect()
}

#[test]
fn histories_of_transactions_polls_and_kills_hold_what_is_promised() {
    let (rounds, seed) = (rounds(3, 5), seed(71));
    let mut random = SeededRandom::new(seed);
    let dir = tempfile::tempdir().unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    let mut broker = Broker::start_with(dir.path(), &listen, &BROKER);
    let admin = Admin::connect(AdminConfig::new(&listen)).unwrap().blocking();
    let created = admin.create_topics(vec![NewTopic::new(TOPIC, PARTITIONS)]).unwrap();
    assert!(created.iter().all(|(_, result)| result.is_ok()), "{created:?}");
    let world = Arc::new(World {
        listen: listen.clone(),
        clock: SystemClock::new(),
        history: Mutex::new(Recorder::new(Vec::new())),
        next_value: AtomicU64::new(0),
        next_process: AtomicU64::new(0),
        operations: AtomicU64::new(0),
        stopping: AtomicBool::new(false),
    });
    let clients: Vec<_> = (0..CLIENTS)
        .map(|slot| {
            let (world, random) = (Arc::clone(&world), SeededRandom::new(seed * 1_000 + slot));
            std::thread::spawn(move || client::run(&world, slot, random))
        })
        .collect();
    for round in 0..rounds {
        let count = MIN_OPERATIONS + random.below(SPREAD);
        assert!(
            world.wait_for_operations(count),
            "seed {seed} round {round} stands still:\n{}",
            broker.log()
        );
        broker.kill();
        broker = Broker::start_with(dir.path(), &listen, &BROKER);
        world.observe();
    }
    assert!(world.wait_for_operations(MIN_OPERATIONS), "seed {seed}: nothing moves:\n{}", broker.log());
    world.stopping.store(true, Ordering::SeqCst);
    clients.into_iter().for_each(|client| client.join().unwrap());
    (0..CLIENTS).for_each(|slot| client::fence(&world, slot));
    client::read_everything(&world);
    world.observe();
    let world = Arc::into_inner(world).expect("the clients have ended");
    judge(world.history.into_inner(), rounds, seed);
}

fn judge(recorder: Recorder<Vec<u8>>, rounds: u64, seed: u64) {
    let text = String::from_utf8(recorder.finish().unwrap()).unwrap();
    let history = parse(&text).unwrap();
    let report = check(&history, Options::default());
    println!("history: {rounds} kills, seed {seed}; {report}");
    if !report.is_clean() {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("history-{seed}.jsonl"));
        std::fs::write(&file, &text).unwrap();
        panic!("seed {seed}, history in {}:\n{}", file.display(), report.text(&history));
    }
    let seen = report.statistics;
    let views = || history.operations().iter().filter_map(|operation| operation.group.as_ref());
    let members: BTreeSet<_> = views().map(|view| &view.member).collect();
    println!("groups: {} transactions stored offsets, of {} members", views().count(), members.len());
    assert!(rounds < 20 || members.len() > 4, "seed {seed}: the group hardly changed: {members:?}");
    assert!(seen.acknowledged > 20 * rounds && seen.failed > 0, "seed {seed}: too little happened: {seen:?}");
}
