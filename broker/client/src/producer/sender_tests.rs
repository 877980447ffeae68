//! Scenarios of the sender, against a broker in miniature that keeps Kafka's rules of sequence numbers.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use proptest::prelude::{any, prop, proptest};
use tidemill_environment::{Random, SeededRandom};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::ProducerIdentity;

use super::delivery::Written;
use super::effects::{
    BatchAnswer, BatchSource, Divisible, Effect, Failure, OutgoingBatch, Readiness, SenderSettings, SlotId,
    TakenBatch,
};
use super::sender::Sender;
use crate::connection::Backoff;

pub(super) const LINGER: Duration = Duration::from_millis(5);

pub(super) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub(super) fn settings() -> SenderSettings {
    SenderSettings {
        idempotent: true,
        transactional: false,
        max_in_flight: 5,
        max_request_size: 1_000,
        delivery_timeout: Duration::from_secs(120),
        retries: u32::MAX,
        backoff: Backoff { first: ms(10), max: ms(100) },
    }
}

/// Batches of one record and 100 bytes; the payload is the record's number.
#[derive(Default)]
pub(super) struct Source {
    waiting: HashMap<SlotId, VecDeque<(u32, Duration)>>,
}

impl Source {
    pub(super) fn add(&mut self, slot: SlotId, number: u32, now: Duration) {
        self.waiting.entry(slot).or_default().push_back((number, now));
    }
}

impl BatchSource<u32> for Source {
    fn readiness(&mut self, slot: SlotId, now: Duration) -> Readiness {
        match self.waiting.get(&slot).and_then(VecDeque::front) {
            None => Readiness::Empty,
            Some((_, created)) if *created + LINGER <= now => Readiness::Ready,
            Some((_, created)) => Readiness::At(*created + LINGER),
        }
    }

    fn peek(&mut self, slot: SlotId) -> Option<(usize, Duration)> {
        self.waiting.get(&slot)?.front().map(|(_, created)| (100, *created))
    }

    fn take(&mut self, slot: SlotId) -> Option<TakenBatch<u32>> {
        let (payload, created) = self.waiting.get_mut(&slot)?.pop_front()?;
        let records = payload.checked_sub(1_000).map_or(1, u32::cast_signed);
        Some(TakenBatch { payload, records, created })
    }
}

/// Batches from 1000 on have as many records as their number is above it, and can be divided.
impl Divisible for u32 {
    fn divide(&self) -> Option<[(Self, i32); 2]> {
        let half = self.checked_sub(1_000)? / 2;
        Some([0, 1].map(|_| (1_000 + half, half.cast_signed())))
    }
}

pub(super) type Request = (u64, i32, Vec<OutgoingBatch<u32>>);

/// A sender, its source, and what it decided.
pub(super) struct World {
    pub(super) sender: Sender<u32>,
    pub(super) source: Source,
    pub(super) now: Duration,
    pub(super) requests: VecDeque<Request>,
    pub(super) finished: Vec<(u32, Result<Written, Failure>)>,
}

impl World {
    pub(super) fn new(settings: SenderSettings, slots: usize) -> Self {
        let mut sender = Sender::new(settings, SeededRandom::new(1));
        (0..slots).for_each(|slot| sender.set_leader(slot, Some(1)));
        sender.set_identity(Some((7, 0)));
        let (source, requests, finished) = (Source::default(), VecDeque::new(), Vec::new());
        Self { sender, source, now: ms(1_000), requests, finished }
    }

    pub(super) fn add(&mut self, slot: SlotId, numbers: std::ops::Range<u32>) {
        numbers.for_each(|number| self.source.add(slot, number, self.now.saturating_sub(LINGER)));
        self.sender.wake(slot);
    }

    pub(super) fn drain(&mut self) -> Option<Duration> {
        let (effects, wake_at) = self.sender.drain(self.now, &mut self.source);
        for effect in effects {
            match effect {
                Effect::Produce { request, node, batches } => {
                    self.requests.push_back((request, node, batches))
                }
                Effect::Finish { payload, outcome } => self.finished.push((payload, outcome)),
                Effect::AcquireIdentity | Effect::RefreshMetadata => {}
            }
        }
        wake_at
    }

    pub(super) fn answer(&mut self, request: &Request, answer: BatchAnswer) {
        let answers = request.2.iter().map(|batch| (batch.slot, answer.clone())).collect();
        self.sender.on_answer(request.0, answers, Duration::ZERO, self.now);
    }

    pub(super) fn error(&mut self, request: &Request, code: ErrorCode) {
        self.answer(request, BatchAnswer::Error { code, message: None });
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now += time;
        self.drain();
    }

    pub(super) fn next_request(&mut self) -> Request {
        self.requests.pop_front().expect("a request was formed")
    }
}

pub(super) fn written(base_offset: i64) -> BatchAnswer {
    BatchAnswer::Written(Written { base_offset, append_time: -1 })
}

pub(super) fn sequences(request: &Request) -> Vec<(i16, i32)> {
    let identity = |batch: &OutgoingBatch<u32>| batch.identity.expect("idempotent");
    request.2.iter().map(|batch| (identity(batch).epoch, identity(batch).base_sequence)).collect()
}

#[test]
fn a_batch_waits_for_linger_and_goes_along_with_one_that_is_due() {
    let mut world = World::new(settings(), 2);
    world.source.add(0, 0, world.now);
    world.sender.wake(0);
    assert_eq!(world.drain(), Some(world.now + LINGER));
    assert!(world.requests.is_empty());
    world.add(1, 1..2);
    world.drain();
    assert_eq!(world.next_request().2.len(), 2, "a request that leaves anyway takes along what lingers");
}

#[test]
fn only_one_batch_is_under_way_until_the_broker_knows_the_producer_then_five() {
    let mut world = World::new(settings(), 1);
    world.add(0, 0..10);
    world.drain();
    assert_eq!(world.requests.len(), 1);
    let first = world.next_request();
    world.answer(&first, written(0));
    world.drain();
    assert_eq!(world.requests.len(), 5);
}

#[test]
fn after_a_lost_answer_batches_are_sent_again_in_order_with_the_same_numbers() {
    let mut world = World::new(settings(), 1);
    world.add(0, 0..4);
    world.drain();
    let first = world.next_request();
    world.answer(&first, written(0));
    world.drain();
    let under_way: Vec<Request> = world.requests.drain(..).collect();
    assert_eq!(under_way.len(), 3);
    world.sender.on_failure(under_way[0].0, "cut", world.now);
    world.pass(ms(500));
    assert!(world.requests.is_empty(), "nothing overtakes: the later two are still under way");
    world.sender.on_failure(under_way[1].0, "cut", world.now);
    world.sender.on_failure(under_way[2].0, "cut", world.now);
    world.pass(ms(500));
    let again: Vec<Request> = world.requests.drain(..).collect();
    let numbers: Vec<_> = again.iter().flat_map(sequences).collect();
    assert_eq!(numbers, [(0, 1)], "one at a time until the first is through");
    world.answer(&again[0], written(1));
    world.drain();
    assert_eq!(sequences(&world.next_request()), [(0, 2)]);
}

#[test]
fn a_lost_sequence_is_numbered_anew_under_the_next_epoch() {
    let mut world = World::new(settings(), 2);
    world.add(0, 0..3);
    world.drain();
    let first = world.next_request();
    world.answer(&first, written(0));
    world.drain();
    let (second, third) = (world.next_request(), world.next_request());
    world.error(&third, ErrorCode::OutOfOrderSequenceNumber);
    world.error(&second, ErrorCode::OutOfOrderSequenceNumber);
    world.pass(ms(500));
    let again = world.next_request();
    assert_eq!(sequences(&again), [(1, 0)]);
    world.answer(&again, written(1));
    world.drain();
    assert_eq!(sequences(&world.next_request()), [(1, 1)]);
    world.add(1, 9..10);
    world.drain();
    assert_eq!(sequences(&world.next_request()), [(0, 0)], "other partitions keep their epoch");
}

#[test]
fn a_refused_batch_fails_alone() {
    let mut world = World::new(settings(), 1);
    world.add(0, 0..2);
    world.drain();
    let first = world.next_request();
    world.error(&first, ErrorCode::MessageTooLarge);
    world.drain();
    assert_eq!(world.finished.len(), 1);
    assert!(matches!(world.finished[0].1, Err(Failure::Refused { code: ErrorCode::MessageTooLarge, .. })));
    let second = world.next_request();
    world.answer(&second, written(0));
    world.drain();
    assert_eq!(world.finished[1].0, 1);
}

#[test]
fn what_is_not_acknowledged_in_time_expires_sent_or_not() {
    let mut world = World::new(SenderSettings { delivery_timeout: ms(1_000), ..settings() }, 2);
    world.sender.set_leader(1, None);
    world.add(0, 0..1);
    world.add(1, 1..2);
    world.drain();
    world.pass(ms(1_001));
    let mut expired: Vec<u32> = world.finished.iter().map(|(number, _)| *number).collect();
    expired.sort_unstable();
    assert_eq!(expired, [0, 1]);
    let late = world.next_request();
    world.sender.on_failure(late.0, "too late", world.now);
    world.pass(ms(1_000));
    assert!(world.requests.is_empty(), "what expired is not sent again");
    assert!(world.sender.is_idle());
}

#[test]
fn a_partition_that_moves_waits_for_its_old_leader() {
    let mut world = World::new(settings(), 1);
    world.add(0, 0..1);
    world.drain();
    let old = world.next_request();
    world.answer(&old, written(0));
    world.add(0, 1..3);
    world.drain();
    let under_way = [world.next_request(), world.next_request()];
    world.sender.set_leader(0, Some(2));
    world.add(0, 3..4);
    world.drain();
    assert!(world.requests.is_empty());
    under_way.iter().for_each(|request| world.error(request, ErrorCode::NotLeaderOrFollower));
    world.pass(ms(500));
    assert_eq!(world.next_request().1, 2);
}

#[test]
fn a_full_request_leaves_the_rest_for_the_next_and_starves_nobody() {
    let mut world = World::new(SenderSettings { max_in_flight: 1, ..settings() }, 30);
    (0..30).for_each(|slot| world.add(slot, 0..1));
    let mut seen = Vec::new();
    for _ in 0..3 {
        world.drain();
        let request = world.next_request();
        assert_eq!(request.2.len(), 10);
        seen.extend(request.2.iter().map(|batch| batch.slot));
        world.answer(&request, written(0));
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..30).collect::<Vec<_>>());
}

#[test]
fn a_throttled_broker_is_left_alone_for_as_long_as_it_said() {
    let mut world = World::new(settings(), 1);
    world.add(0, 0..2);
    world.drain();
    let first = world.next_request();
    world.sender.on_answer(first.0, vec![(0, written(0))], ms(200), world.now);
    world.pass(ms(199));
    assert!(world.requests.is_empty());
    world.pass(ms(1));
    assert_eq!(world.requests.len(), 1);
}

/// Kafka's rules for one partition: the next number, or an exact repetition of one of the last five.
#[derive(Default)]
struct Log {
    records: Vec<u32>,
    last: VecDeque<ProducerIdentity>,
}

impl Log {
    fn append(&mut self, batch: &OutgoingBatch<u32>) -> BatchAnswer {
        let identity = batch.identity.expect("idempotent");
        if let Some(index) = self.last.iter().position(|known| *known == identity) {
            let base_offset = self.records.len() - self.last.len() + index;
            return written(i64::try_from(base_offset).unwrap());
        }
        let fits = match self.last.back() {
            None => true,
            Some(last) if last.epoch == identity.epoch => last.base_sequence + 1 == identity.base_sequence,
            Some(last) => identity.epoch > last.epoch && identity.base_sequence == 0,
        };
        if !fits {
            return BatchAnswer::Error { code: ErrorCode::OutOfOrderSequenceNumber, message: None };
        }
        self.records.push(batch.payload);
        self.last.push_back(identity);
        if self.last.len() > 5 {
            self.last.pop_front();
        }
        written(i64::try_from(self.records.len() - 1).unwrap())
    }
}

proptest! {
    /// Whatever is lost on the way there or back, everything is written once and in order.
    #[test]
    fn a_faulty_network_neither_loses_nor_duplicates_nor_reorders(
        seed in any::<u64>(), faults in prop::collection::vec(0..6_u8, 60), in_flight in 1..6_usize
    ) {
        let mut world = World::new(SenderSettings { max_in_flight: in_flight, ..settings() }, 1);
        let mut random = SeededRandom::new(seed);
        let mut log = Log::default();
        world.add(0, 0..40);
        let mut faults = faults.into_iter();
        for _ in 0..10_000 {
            world.pass(ms(20));
            let Some((request, _, batches)) = world.requests.pop_front() else {
                if world.sender.is_idle() { break } else { continue }
            };
            match faults.next().unwrap_or(5) {
                // The connection ends: this request never arrives, nor do those behind it.
                0 => {
                    world.sender.on_failure(request, "cut before", world.now);
                    while let Some((behind, ..)) = world.requests.pop_front() {
                        world.sender.on_failure(behind, "cut before", world.now);
                    }
                }
                // It arrives and its answer is lost; of those behind it some arrive.
                1 => {
                    log.append(&batches[0]);
                    world.sender.on_failure(request, "cut after", world.now);
                    let mut arrives = true;
                    while let Some((behind, _, batches)) = world.requests.pop_front() {
                        arrives &= random.below(2) == 0;
                        if arrives {
                            log.append(&batches[0]);
                        }
                        world.sender.on_failure(behind, "cut after", world.now);
                    }
                }
                // The broker cannot write at the moment.
                2 => {
                    let answer = BatchAnswer::Error { code: ErrorCode::NotEnoughReplicas, message: None };
                    world.sender.on_answer(request, vec![(0, answer)], Duration::ZERO, world.now);
                }
                _ => {
                    let answer = log.append(&batches[0]);
                    world.sender.on_answer(request, vec![(0, answer)], Duration::ZERO, world.now);
                }
            }
        }
        assert_eq!(log.records, (0..40).collect::<Vec<_>>());
        assert!(world.finished.iter().all(|(_, outcome)| outcome.is_ok()));
        assert_eq!(world.finished.len(), 40);
    }
}
