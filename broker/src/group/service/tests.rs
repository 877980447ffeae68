//! The service over logs in memory whose durability the test decides.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use tidemill_environment::{SeededRandom, SystemClock};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use tidemill_protocol::messages::offset_fetch::OffsetFetchRequestGroup;
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use tidemill_protocol::records::RecordBatch;
use tokio::sync::watch;

use super::GroupService;
use crate::config::broker_config::BrokerConfig;
use crate::coordinator_shard::shard_log::{ShardLog, ShardLogError, StoredBatches, WhenDurable};
use crate::coordinator_shard::step::{OffsetsMarker, ProducerCheck};
use crate::group::api::coordinator::Coordinator;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// What a log holds and what the test lets it do.
#[derive(Default)]
struct Stored {
    batches: Vec<Bytes>,
    end_offset: i64,
    fails: bool,
    /// The largest epoch of each transactional producer.
    epochs: BTreeMap<i64, i16>,
}

/// A log that outlives the services that use it.
#[derive(Clone)]
struct MemoryLog {
    stored: Arc<Mutex<Stored>>,
    high_watermark: Arc<watch::Sender<i64>>,
    /// Appends are durable at once.
    syncs: Arc<Mutex<bool>>,
    /// Readers wait while this is set.
    closed_to_readers: Arc<(Mutex<bool>, Condvar)>,
}

impl MemoryLog {
    fn new() -> Self {
        Self {
            stored: Arc::default(),
            high_watermark: Arc::new(watch::Sender::new(0)),
            syncs: Arc::new(Mutex::new(true)),
            closed_to_readers: Arc::default(),
        }
    }

    fn sync(&self) {
        let end_offset = self.stored.lock().end_offset;
        self.high_watermark.send_replace(end_offset);
    }

    fn close_to_readers(&self, is_closed: bool) {
        *self.closed_to_readers.0.lock() = is_closed;
        self.closed_to_readers.1.notify_all();
    }

    fn end_offset(&self) -> i64 {
        self.stored.lock().end_offset
    }
}

impl ShardLog for MemoryLog {
    async fn append(&self, batch: Bytes) -> Result<i64, ShardLogError> {
        let end_offset = {
            let mut stored = self.stored.lock();
            if stored.fails {
                return Err(ShardLogError::Unavailable { reason: "the test says so".to_owned() });
            }
            let mut bytes = batch;
            let batch = RecordBatch::decode_next(&mut bytes).unwrap().unwrap();
            let mut header = *batch.header();
            let epoch = stored.epochs.entry(header.producer_id).or_insert(header.producer_epoch);
            assert!(header.producer_epoch >= *epoch, "the shard was to check before it appends");
            *epoch = header.producer_epoch;
            header.base_offset = stored.end_offset;
            stored.end_offset += i64::from(header.last_offset_delta) + 1;
            stored.batches.push(batch.with_header(header).into_bytes());
            stored.end_offset
        };
        if *self.syncs.lock() {
            self.sync();
        }
        Ok(end_offset)
    }

    fn check(&self, check: ProducerCheck) -> Result<(), ErrorCode> {
        let (id, epoch) = match check {
            ProducerCheck::Records { producer, .. } => (producer.id, producer.epoch),
            ProducerCheck::Marker(marker) => (marker.producer_id, marker.producer_epoch),
        };
        let known = self.stored.lock().epochs.get(&id).copied();
        if known.is_some_and(|known| known > epoch) { Err(ErrorCode::InvalidProducerEpoch) } else { Ok(()) }
    }

    fn end_offset(&self) -> i64 {
        Self::end_offset(self)
    }

    fn when_durable(&self, end_offset: i64) -> WhenDurable {
        let mut high_watermark = self.high_watermark.subscribe();
        Box::pin(async move {
            let waited = high_watermark.wait_for(|reached| *reached >= end_offset).await;
            waited.map(|_| ()).map_err(|_| ShardLogError::Unavailable { reason: "closed".to_owned() })
        })
    }

    fn high_watermark(&self) -> i64 {
        *self.high_watermark.borrow()
    }

    fn start_offset(&self) -> i64 {
        0
    }

    fn read_from(&self, offset: i64) -> Result<Option<StoredBatches>, ShardLogError> {
        let (closed, changed) = &*self.closed_to_readers;
        changed.wait_while(&mut closed.lock(), |closed| *closed);
        let (high_watermark, stored) = (self.high_watermark(), self.stored.lock());
        let is_visible =
            |batch: &&Bytes| RecordBatch::peek_header(batch).unwrap().end_offset() <= high_watermark;
        let bytes: Vec<u8> = stored.batches.iter().filter(is_visible).flatten().copied().collect();
        Ok((offset == 0 && !bytes.is_empty())
            .then(|| StoredBatches { bytes: Bytes::from(bytes), end_offset: high_watermark }))
    }
}

fn service(log: &MemoryLog) -> GroupService {
    let properties = BTreeMap::from([("group.initial.rebalance.delay.ms".to_owned(), "0".to_owned())]);
    let config = BrokerConfig::from_properties(properties).unwrap().groups;
    let service = GroupService::new(config, Arc::new(SystemClock::new())).with_reload_pause(Duration::ZERO);
    service.start(vec![log.clone()], &mut SeededRandom::new(1));
    service
}

fn commit(offset: i64) -> GroupRequest {
    let partition =
        OffsetCommitRequestPartition { committed_offset: offset, ..OffsetCommitRequestPartition::default() };
    let topic = OffsetCommitRequestTopic {
        name: "topic".to_owned(),
        partitions: vec![partition],
        ..OffsetCommitRequestTopic::default()
    };
    let request = OffsetCommitRequest {
        group_id: "group".to_owned(),
        topics: vec![topic],
        ..OffsetCommitRequest::default()
    };
    GroupRequest::CommitOffsets { request, version: 9 }
}

fn transactional_commit(producer_epoch: i16, offset: i64) -> GroupRequest {
    let partition = TxnOffsetCommitRequestPartition {
        committed_offset: offset,
        ..TxnOffsetCommitRequestPartition::default()
    };
    let topic = TxnOffsetCommitRequestTopic { name: "topic".to_owned(), partitions: vec![partition] };
    let request = TxnOffsetCommitRequest {
        group_id: "group".to_owned(),
        producer_id: 7,
        producer_epoch,
        topics: vec![topic],
        ..TxnOffsetCommitRequest::default()
    };
    GroupRequest::CommitTransactionalOffsets { request, asked_at: 0 }
}

fn marker(producer_epoch: i16, committed: bool) -> OffsetsMarker {
    OffsetsMarker { producer_id: 7, producer_epoch, coordinator_epoch: 0, committed }
}

async fn committed(service: &GroupService) -> Option<i64> {
    let request =
        OffsetFetchRequestGroup { group_id: "group".to_owned(), topics: None, ..Default::default() };
    match service.ask("group", GroupRequest::FetchOffsets { group: request, require_stable: false }).await {
        Ok(Reply::OffsetFetch(group)) => {
            group.topics.first().map(|topic| topic.partitions[0].committed_offset)
        }
        other => panic!("{other:?}"),
    }
}

async fn join(service: &GroupService, member_id: &str) -> Result<JoinGroupResponse, ErrorCode> {
    let request = JoinGroupRequest {
        group_id: "group".to_owned(),
        session_timeout_ms: 6_000,
        rebalance_timeout_ms: 60_000,
        member_id: member_id.to_owned(),
        protocol_type: "consumer".to_owned(),
        protocols: vec![JoinGroupRequestProtocol { name: "range".to_owned(), metadata: Bytes::new() }],
        ..JoinGroupRequest::default()
    };
    let (client_id, client_host) = ("client".to_owned(), "/127.0.0.1".to_owned());
    match service.ask("group", GroupRequest::Join { request, version: 9, client_id, client_host }).await? {
        Reply::Join(response) => Ok(response),
        other => panic!("{other:?}"),
    }
}

/// Waits until the shard has been loaded.
async fn loaded(service: &GroupService) {
    let list = || GroupRequest::List { states: Vec::new(), types: Vec::new() };
    while service.ask("group", list()).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_service_without_shards_coordinates_nothing() {
    let config = BrokerConfig::from_properties(BTreeMap::new()).unwrap().groups;
    let service = GroupService::new(config, Arc::new(SystemClock::new()));
    assert_eq!(service.ask("group", commit(1)).await, Err(ErrorCode::CoordinatorNotAvailable));
    assert!(service.ask_all(commit(1)).await.is_empty());
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let log = MemoryLog::new();
    let first = service(&log);
    loaded(&first).await;
    first.ask("group", commit(7)).await.unwrap();
    first.stop().await;
    assert_eq!(first.ask("group", commit(8)).await, Err(ErrorCode::CoordinatorNotAvailable));

    let second = service(&log);
    loaded(&second).await;
    assert_eq!(committed(&second).await, Some(7));
    second.stop().await;
}

#[tokio::test]
async fn no_answer_leaves_before_the_log_is_durable_not_even_to_a_reader() {
    let log = MemoryLog::new();
    let service = Arc::new(service(&log));
    loaded(&service).await;
    *log.syncs.lock() = false;
    let writer = tokio::spawn({
        let service = Arc::clone(&service);
        async move { service.ask("group", commit(7)).await }
    });
    while log.end_offset() == 0 {
        tokio::task::yield_now().await;
    }
    let reader = tokio::spawn({
        let service = Arc::clone(&service);
        async move { committed(&service).await }
    });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!writer.is_finished() && !reader.is_finished());
    log.sync();
    assert!(writer.await.unwrap().is_ok());
    assert_eq!(reader.await.unwrap(), Some(7));
    service.stop().await;
}

#[tokio::test]
async fn requests_during_the_load_are_told_to_try_again() {
    let log = MemoryLog::new();
    log.close_to_readers(true);
    let service = service(&log);
    assert_eq!(service.ask("group", commit(1)).await, Err(ErrorCode::CoordinatorLoadInProgress));
    service.forget_topics(&["topic".to_owned()]).await;
    log.close_to_readers(false);
    loaded(&service).await;
    assert_eq!(committed(&service).await, None);
    service.stop().await;
}

#[tokio::test]
async fn a_failed_append_answers_everybody_and_loads_the_shard_again() {
    let log = MemoryLog::new();
    let service = Arc::new(service(&log));
    loaded(&service).await;
    service.ask("group", commit(1)).await.unwrap();
    log.stored.lock().fails = true;
    assert_eq!(service.ask("group", commit(2)).await, Err(ErrorCode::CoordinatorNotAvailable));
    assert_eq!(service.ask("group", commit(3)).await, Err(ErrorCode::CoordinatorNotAvailable));
    log.stored.lock().fails = false;
    tokio::time::sleep(Duration::from_secs(2)).await;
    loaded(&service).await;
    assert_eq!(committed(&service).await, Some(1));
    service.stop().await;
}

#[tokio::test]
async fn a_parked_join_is_answered_when_the_service_stops() {
    let log = MemoryLog::new();
    let service = Arc::new(service(&log));
    loaded(&service).await;
    let given = join(&service, "").await.unwrap().member_id;
    let leader = join(&service, &given).await.unwrap();
    assert_eq!(leader.generation_id, 1);
    let other = join(&service, "").await.unwrap().member_id;
    let parked = tokio::spawn({
        let service = Arc::clone(&service);
        async move { join(&service, &other).await }
    });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!parked.is_finished());
    service.stop().await;
    assert_eq!(parked.await.unwrap(), Err(ErrorCode::CoordinatorNotAvailable));
}

#[tokio::test]
async fn offsets_of_deleted_topics_are_forgotten() {
    let log = MemoryLog::new();
    let service = service(&log);
    loaded(&service).await;
    service.ask("group", commit(1)).await.unwrap();
    service.forget_topics(&["topic".to_owned()]).await;
    assert_eq!(committed(&service).await, None);
    service.stop().await;
}

#[tokio::test]
async fn offsets_of_a_transaction_wait_for_its_marker_over_a_restart() {
    let log = MemoryLog::new();
    let first = service(&log);
    loaded(&first).await;
    first.ask("group", commit(1)).await.unwrap();
    first.ask("group", transactional_commit(0, 2)).await.unwrap();
    first.stop().await;

    let second = service(&log);
    loaded(&second).await;
    assert_eq!(committed(&second).await, Some(1));
    assert_eq!(second.end_transaction(0, marker(0, true)).await, Ok(()));
    assert_eq!(second.end_transaction(0, marker(0, true)).await, Ok(()));
    assert_eq!(committed(&second).await, Some(2));
    assert_eq!(second.end_transaction(1, marker(0, true)).await, Err(ErrorCode::CoordinatorNotAvailable));
    second.stop().await;

    let third = service(&log);
    loaded(&third).await;
    assert_eq!(committed(&third).await, Some(2));
    third.stop().await;
}

#[tokio::test]
async fn a_fenced_producer_is_refused_and_the_shard_goes_on() {
    let log = MemoryLog::new();
    let service = Arc::new(service(&log));
    loaded(&service).await;
    service.ask("group", transactional_commit(0, 1)).await.unwrap();
    // All are in the queue before the first is handled: each is checked after what came before it.
    let ask = |request| async { service.ask("group", request).await.map(|_| ()) };
    let (plain, fencing, fenced, late, allowed, last) = tokio::join!(
        biased;
        ask(commit(5)),
        ask(GroupRequest::EndTransaction(marker(1, false))),
        ask(transactional_commit(0, 2)),
        ask(GroupRequest::EndTransaction(marker(0, true))),
        ask(transactional_commit(1, 3)),
        ask(GroupRequest::EndTransaction(marker(1, true))),
    );
    let old = Err(ErrorCode::InvalidProducerEpoch);
    assert_eq!([plain, fencing, fenced, late, allowed, last], [Ok(()), Ok(()), old, old, Ok(()), Ok(())]);
    assert_eq!(committed(&service).await, Some(3));
    service.stop().await;
}

#[tokio::test]
async fn a_marker_is_answered_when_it_is_durable() {
    let log = MemoryLog::new();
    let service = Arc::new(service(&log));
    loaded(&service).await;
    service.ask("group", transactional_commit(0, 1)).await.unwrap();
    *log.syncs.lock() = false;
    let end_offset = log.end_offset();
    let ending = tokio::spawn({
        let service = Arc::clone(&service);
        async move { service.end_transaction(0, marker(0, true)).await }
    });
    while log.end_offset() == end_offset {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!ending.is_finished());
    log.sync();
    assert_eq!(ending.await.unwrap(), Ok(()));
    service.stop().await;
}

#[tokio::test]
async fn a_shard_is_loaded_again_with_what_was_not_durable_when_it_was_thrown_away() {
    let log = MemoryLog::new();
    let service = Arc::new(service(&log));
    loaded(&service).await;
    *log.syncs.lock() = false;
    let end_offset = log.end_offset();
    let first = tokio::spawn({
        let service = Arc::clone(&service);
        async move { service.ask("group", commit(7)).await }
    });
    while log.end_offset() == end_offset {
        tokio::task::yield_now().await;
    }
    log.stored.lock().fails = true;
    assert_eq!(service.ask("group", commit(8)).await, Err(ErrorCode::CoordinatorNotAvailable));
    assert_eq!(first.await.unwrap(), Err(ErrorCode::CoordinatorNotAvailable));
    log.stored.lock().fails = false;
    for _ in 0..2_000 {
        let listed = service.ask("group", GroupRequest::Describe { group_id: "group".to_owned() }).await;
        assert!(listed.is_err(), "it was loaded without its last record: {listed:?}");
    }
    *log.syncs.lock() = true;
    log.sync();
    loaded(&service).await;
    assert_eq!(committed(&service).await, Some(7), "it is in the log, so memory knows it");
    service.stop().await;
}
