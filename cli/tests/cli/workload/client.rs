//! One client after the other in a slot: draws operations, does them, tells the history.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use tidemill_client::{
    Admin, AdminConfig, BlockingProducer, Delivery, OffsetAndMetadata, OffsetSpec, ProducerRecord,
    TopicPartition, TransactionError,
};
use tidemill_environment::{Random, SeededRandom};
use tidemill_history::{Event, EventKind, Function, GroupView, MicroOperation};

use super::session::{Session, reader, settle};
use super::{PARTITIONS, TOPIC, World, partitions};

/// Polls without a record after which the last reading is given up: some minutes.
const MAX_SILENT_POLLS: u32 = 6_000;

/// How an operation ended, and whether its process can go on.
struct End {
    kind: EventKind,
    done: Vec<MicroOperation>,
    error: Option<String>,
    replaced: bool,
}

/// A sent record: its key and value, and what will be known of it.
type Pending = (usize, Delivery);

/// Works until the test stops it.
pub(super) fn run(world: &World, slot: u64, mut random: SeededRandom) {
    let mut session = Session::open(world, slot);
    change_reading(world, &mut session, &mut random, false);
    while !world.stopping.load(Ordering::SeqCst) {
        world.operations.fetch_add(1, Ordering::SeqCst);
        let goes_on = match random.below(48) {
            0 => {
                change_reading(world, &mut session, &mut random, false);
                true
            }
            1 => {
                change_reading(world, &mut session, &mut random, true);
                true
            }
            2 => {
                world.record(Event::new(session.process, EventKind::Invoke, Function::Crash));
                world.record(Event::new(session.process, EventKind::Info, Function::Crash));
                false
            }
            3..=7 => operate(world, &mut session, Function::Send, &mut random),
            8..=14 => operate(world, &mut session, Function::Poll, &mut random),
            _ => operate(world, &mut session, Function::Txn, &mut random),
        };
        if !goes_on {
            session = Session::open(world, slot);
            change_reading(world, &mut session, &mut random, false);
        }
    }
}

/// Assigns some partitions, or subscribes.
fn change_reading(world: &World, session: &mut Session, random: &mut SeededRandom, subscribes: bool) {
    let function = if subscribes { Function::Subscribe } else { Function::Assign };
    let wanted: Vec<TopicPartition> = partitions()
        .into_iter()
        .filter(|partition| partition.partition == 0 || random.below(3) > 0)
        .collect();
    let keys: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    let mut event = Event::new(session.process, EventKind::Invoke, function);
    event.keys.clone_from(&keys);
    world.record(event);
    if subscribes {
        session.subscribe(world);
    } else {
        session.assign(world, &wanted);
    }
    world.record(Event::new(session.process, EventKind::Ok, function));
}

/// Plans an operation, tells of it, does it, tells how it ended. False if the process ends with it.
fn operate(world: &World, session: &mut Session, function: Function, random: &mut SeededRandom) -> bool {
    let length = if function == Function::Txn { 1 + random.below(4) } else { 1 };
    let planned: Vec<MicroOperation> = (0..length)
        .map(|_| {
            let sends = function == Function::Send || (function == Function::Txn && random.below(2) == 0);
            if !sends {
                return MicroOperation::Poll(BTreeMap::new());
            }
            let partition = random.below(u64::from(PARTITIONS.unsigned_abs()));
            MicroOperation::Send { key: format!("{TOPIC}-{partition}"), offset: None, value: world.value() }
        })
        .collect();
    let mut event = Event::new(session.process, EventKind::Invoke, function);
    event.micro_operations.clone_from(&planned);
    world.record(event);
    let before = session.positions.clone();
    let end = if function == Function::Txn {
        transact(session, planned, random.below(10) == 0)
    } else {
        do_single(session, planned)
    };
    let mut event = Event::new(session.process, end.kind, function);
    event.micro_operations = end.done;
    event.error = end.error;
    event.rebalanced = session.take_moved();
    world.record(event);
    if let Some(view) = session.stored.take().filter(|_| end.kind == EventKind::Ok) {
        world.record(Event::new(session.process, EventKind::Invoke, Function::Group));
        let mut event = Event::new(session.process, EventKind::Ok, Function::Group);
        event.group = Some(view);
        world.record(event);
    }
    if end.kind == EventKind::Fail && !end.replaced {
        session.rewind(before);
    }
    !end.replaced
}

/// A send or a poll outside of transactions.
fn do_single(session: &mut Session, planned: Vec<MicroOperation>) -> End {
    let producer = session.idempotent.clone();
    let (mut done, sent, problem) = do_each(session, &producer, planned);
    let problem = note_offsets(&mut done, sent).or(problem);
    let kind = if problem.is_none() { EventKind::Ok } else { EventKind::Info };
    End { kind, done, replaced: problem.is_some(), error: problem }
}

/// A whole transaction; `aborts` on purpose.
fn transact(session: &mut Session, planned: Vec<MicroOperation>, aborts: bool) -> End {
    let producer = session.transactional.clone();
    if let Err(error) = producer.begin_transaction() {
        return End { kind: EventKind::Fail, done: planned, error: Some(error.to_string()), replaced: true };
    }
    let (mut done, sent, problem) = do_each(session, &producer, planned);
    let outcome = match problem {
        None if !aborts => commit(session, &producer),
        _ => Err(None),
    };
    let end = match outcome {
        Ok(()) => (EventKind::Ok, None, false),
        Err(None) => abort(&producer, problem.unwrap_or_else(|| "on purpose".to_owned())),
        Err(Some(error @ TransactionError::Abortable { .. })) => abort(&producer, error.to_string()),
        // The commit may have happened, and this producer is done with.
        Err(Some(error)) => (EventKind::Info, Some(error.to_string()), true),
    };
    let lost = note_offsets(&mut done, sent);
    assert!(end.0 != EventKind::Ok || lost.is_none(), "committed although a record failed: {lost:?}");
    End { kind: end.0, done, error: end.1, replaced: end.2 }
}

/// Commits, with the group's offsets if the consumer has a group. `Err(None)`: abort.
fn commit(session: &mut Session, producer: &BlockingProducer) -> Result<(), Option<TransactionError>> {
    if session.subscribed && !session.positions.is_empty() {
        let Some(group) = session.consumer.group_metadata() else { return Err(None) };
        let owned = session.consumer.assignment();
        // A rebalance may have come between the two looks: then it is not certain what the member owned when.
        let after = session.consumer.group_metadata();
        let is_certain =
            after.is_some_and(|after| after.generation_id == group.generation_id) && group.generation_id >= 0;
        let offsets: BTreeMap<TopicPartition, OffsetAndMetadata> = session
            .positions
            .iter()
            .filter(|(partition, _)| owned.contains(partition))
            .map(|(partition, position)| (partition.clone(), OffsetAndMetadata::new(*position)))
            .collect();
        settle(|| producer.send_offsets_to_transaction(offsets.clone(), &group)).map_err(Some)?;
        session.stored = is_certain.then(|| GroupView {
            id: group.group_id.to_string(),
            member: group.member_id.clone(),
            generation: i64::from(group.generation_id),
            owned: owned.iter().map(ToString::to_string).collect(),
            offsets: offsets
                .iter()
                .map(|(partition, stored)| (partition.to_string(), stored.offset))
                .collect(),
        });
    }
    settle(|| producer.commit_transaction()).map_err(Some)
}

/// After a successful abort it is certain that nothing happened.
fn abort(producer: &BlockingProducer, why: String) -> (EventKind, Option<String>, bool) {
    match settle(|| producer.abort_transaction()) {
        Ok(()) => (EventKind::Fail, Some(why), false),
        Err(error) => (EventKind::Info, Some(format!("{why}; abort: {error}")), true),
    }
}

/// Does what is planned until something fails.
fn do_each(
    session: &mut Session,
    producer: &BlockingProducer,
    planned: Vec<MicroOperation>,
) -> (Vec<MicroOperation>, Vec<Pending>, Option<String>) {
    let (mut done, mut sent, mut problem) = (Vec::new(), Vec::new(), None);
    for operation in planned {
        let result = match &operation {
            MicroOperation::Send { key, value, .. } => {
                let partition = key.rsplit('-').next().unwrap().parse().unwrap();
                let record = ProducerRecord::new(TOPIC).partition(partition).value(value.to_string());
                let delivery = producer.send(record).map_err(|error| error.to_string());
                delivery.map(|delivery| {
                    sent.push((done.len(), delivery));
                    operation
                })
            }
            MicroOperation::Poll(_) => session.poll().map(MicroOperation::Poll),
        };
        match result {
            Ok(operation) => done.push(operation),
            Err(error) => {
                problem = Some(error);
                break;
            }
        }
    }
    (done, sent, problem)
}

/// Writes the offsets that were acknowledged into the sends; returns the first failure.
fn note_offsets(done: &mut [MicroOperation], sent: Vec<Pending>) -> Option<String> {
    let mut problem = None;
    for (position, delivery) in sent {
        match (delivery.wait(), &mut done[position]) {
            (Ok(metadata), MicroOperation::Send { offset, .. }) => *offset = Some(metadata.offset),
            (Err(error), _) => problem = problem.or(Some(error.to_string())),
            _ => {}
        }
    }
    problem
}

/// Ends what the last process of a slot left open.
pub(super) fn fence(world: &World, slot: u64) {
    drop(Session::open(world, slot));
}

/// A new process reads every partition to its end.
pub(super) fn read_everything(world: &World) {
    let mut session = Session::open(world, 0);
    session.consumer = reader(world);
    let process = session.process;
    let admin = Admin::connect(AdminConfig::new(&world.listen)).unwrap().blocking();
    let latest: BTreeMap<TopicPartition, OffsetSpec> =
        partitions().into_iter().map(|partition| (partition, OffsetSpec::Latest)).collect();
    let ends = admin.list_offsets(&latest).unwrap();
    for kind in [EventKind::Invoke, EventKind::Ok] {
        let mut event = Event::new(process, kind, Function::Assign);
        event.keys = partitions().iter().map(ToString::to_string).collect();
        world.record(event);
    }
    let mut silent = 0;
    let behind = |session: &Session| {
        ends.iter().any(|(partition, end)| {
            let end = end.as_ref().unwrap().as_ref().unwrap().offset;
            session.consumer.position(partition).unwrap() < end
        })
    };
    while behind(&session) {
        let mut event = Event::new(process, EventKind::Invoke, Function::Poll);
        event.micro_operations = vec![MicroOperation::Poll(BTreeMap::new())];
        world.record(event);
        let returned = session.poll().unwrap();
        silent = if returned.is_empty() { silent + 1 } else { 0 };
        let mut event = Event::new(process, EventKind::Ok, Function::Poll);
        event.micro_operations = vec![MicroOperation::Poll(returned)];
        world.record(event);
        assert!(silent < MAX_SILENT_POLLS, "the last reading does not reach the end: a transaction hangs");
    }
}
