//! What a fetcher asks and learns, with a clock of its own.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::{Now, SeededRandom};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::{BatchBuilder, BatchOptions};

use super::assignors::fixtures::{cluster, of_t};
use super::buffered::ReadOptions;
use super::errors::PollError;
use super::fetch_plan::{FetchEffect, FetchTarget, ResetTarget};
use super::fetcher::{FetchAnswer, Fetcher, FetcherSettings};
use super::partition_state::Position;
use crate::config::{AutoOffsetReset, IsolationLevel};
use crate::connection::Backoff;
use crate::list_offsets::EARLIEST;
use crate::{OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};

fn fetcher(reset: AutoOffsetReset) -> Fetcher {
    let settings = FetcherSettings {
        reset,
        partition_bytes: 1_000,
        buffer_bytes: 1_500,
        read: ReadOptions { check_crcs: true, isolation_level: IsolationLevel::ReadUncommitted },
        backoff: Backoff { first: Duration::from_millis(100), max: Duration::from_secs(1) },
    };
    Fetcher::new(settings, SeededRandom::new(2))
}

fn at(ms: i64) -> Now {
    Now::at_ms(ms)
}

fn only(partition: i32) -> TopicPartition {
    of_t(&[partition]).remove(0)
}

fn batch(base_offset: i64, records: usize) -> Bytes {
    let mut builder =
        BatchBuilder::new(BatchOptions { base_offset, leader_epoch: 3, ..BatchOptions::default() });
    for _ in 0..records {
        builder.try_append(0, None, Some(&[b'x'; 50]), &[]).unwrap();
    }
    builder.build().unwrap()
}

fn answer(code: ErrorCode, records: Bytes) -> FetchAnswer {
    FetchAnswer {
        code,
        high_watermark: 100,
        last_stable_offset: 100,
        diverging_end: None,
        aborted: Vec::new(),
        records,
    }
}

fn fetches(effects: &[FetchEffect]) -> Vec<FetchTarget> {
    let of = |effect: &FetchEffect| match effect {
        FetchEffect::Fetch { targets, .. } => targets.clone(),
        _ => Vec::new(),
    };
    effects.iter().flat_map(of).collect()
}

fn reset_target(effects: &[FetchEffect]) -> ResetTarget {
    let found = effects.iter().find_map(|effect| match effect {
        FetchEffect::ListOffsets { targets, .. } => targets.first().cloned(),
        _ => None,
    });
    found.expect("an offset is asked for")
}

/// A fetcher that fetches partition 0 of `t` from offset 10 on.
fn fetching() -> (Fetcher, Vec<FetchTarget>) {
    let mut fetcher = fetcher(AutoOffsetReset::Earliest);
    fetcher.add(only(0), false, false);
    fetcher.seek(&only(0), Position { offset: 10, epoch: 3 });
    let targets = fetches(&fetcher.drain(at(0), &cluster(&[("t", 2)])).0);
    assert_eq!(targets.len(), 1);
    (fetcher, targets)
}

fn answered(fetcher: &mut Fetcher, targets: Vec<FetchTarget>, answer: FetchAnswer) {
    let answers = HashMap::from([(targets[0].partition.clone(), answer)]);
    fetcher.on_fetch(1, targets, Some(answers), Duration::ZERO);
}

#[test]
fn without_a_committed_offset_the_reset_decides_then_records_are_fetched() {
    let mut fetcher = fetcher(AutoOffsetReset::Earliest);
    let view = cluster(&[("t", 1)]);
    fetcher.add(only(0), true, false);
    let (effects, _) = fetcher.drain(at(0), &view);
    let [FetchEffect::FetchCommitted { partitions }] = effects.as_slice() else { panic!("{effects:?}") };
    fetcher.on_committed((&only(0), partitions[0].1), Ok(None), Duration::ZERO);
    let target = reset_target(&fetcher.drain(at(0), &view).0);
    assert_eq!(target.timestamp, EARLIEST);
    let found = OffsetAndTimestamp { offset: 5, timestamp: -1, leader_epoch: None };
    fetcher.on_reset(&target, Ok(Some(found)), Duration::ZERO);
    assert_eq!(fetches(&fetcher.drain(at(0), &view).0)[0].position.offset, 5);
}

#[test]
fn a_committed_offset_is_where_fetching_begins() {
    let mut fetcher = fetcher(AutoOffsetReset::None);
    let view = cluster(&[("t", 1)]);
    fetcher.add(only(0), true, false);
    let (effects, _) = fetcher.drain(at(0), &view);
    let [FetchEffect::FetchCommitted { partitions }] = effects.as_slice() else { panic!("{effects:?}") };
    let committed = OffsetAndMetadata::new(42);
    fetcher.on_committed((&only(0), partitions[0].1), Ok(Some(committed)), Duration::ZERO);
    assert_eq!(fetches(&fetcher.drain(at(0), &view).0)[0].position.offset, 42);
}

#[test]
fn one_fetch_is_under_way_for_each_broker_and_it_runs_ahead_of_the_poller_up_to_the_limit() {
    let (mut fetcher, targets) = fetching();
    let view = cluster(&[("t", 2)]);
    fetcher.add(only(1), false, false);
    fetcher.seek(&only(1), Position { offset: 0, epoch: -1 });
    assert!(fetches(&fetcher.drain(at(0), &view).0).is_empty(), "the broker is busy");
    answered(&mut fetcher, targets, answer(ErrorCode::None, batch(10, 10)));
    let targets = fetches(&fetcher.drain(at(0), &view).0);
    let offsets: Vec<i64> = targets.iter().map(|target| target.position.offset).collect();
    assert_eq!(offsets, [20, 0], "nothing was polled yet");
    answered(&mut fetcher, targets, answer(ErrorCode::None, batch(20, 10)));
    let targets = fetches(&fetcher.drain(at(10_000), &view).0);
    assert_eq!(targets.len(), 1, "partition 0 has buffered its share");
    assert_eq!(fetcher.take(1_000).unwrap().iter().map(|batch| batch.len()).sum::<usize>(), 20);
    assert_eq!(fetcher.position(&only(0)).unwrap().unwrap(), Position { offset: 30, epoch: 3 });
}

#[test]
fn a_seek_drops_what_is_buffered_and_what_is_under_way() {
    let (mut fetcher, targets) = fetching();
    fetcher.seek(&only(0), Position { offset: 77, epoch: -1 });
    answered(&mut fetcher, targets, answer(ErrorCode::None, batch(10, 1)));
    assert!(fetcher.take(10).unwrap().is_empty());
    let targets = fetches(&fetcher.drain(at(0), &cluster(&[("t", 1)])).0);
    assert_eq!(targets[0].position.offset, 77);
}

#[test]
fn a_leader_that_moved_is_asked_for_and_the_partition_waits() {
    let (mut fetcher, targets) = fetching();
    let view = cluster(&[("t", 1)]);
    answered(&mut fetcher, targets, answer(ErrorCode::NotLeaderOrFollower, Bytes::new()));
    let (effects, wake_at) = fetcher.drain(at(0), &view);
    assert!(effects.is_empty());
    assert!(wake_at.unwrap() >= Duration::from_millis(80));
    let (effects, _) = fetcher.drain(at(200), &view);
    assert!(effects.contains(&FetchEffect::RefreshMetadata));
    assert_eq!(fetches(&effects).len(), 1);
}

#[test]
fn an_offset_out_of_range_is_reset_or_reported() {
    let (mut fetcher, targets) = fetching();
    answered(&mut fetcher, targets, answer(ErrorCode::OffsetOutOfRange, Bytes::new()));
    let target = reset_target(&fetcher.drain(at(0), &cluster(&[("t", 1)])).0);
    assert_eq!(target.timestamp, EARLIEST);

    let mut strict = self::fetcher(AutoOffsetReset::None);
    strict.add(only(0), true, false);
    strict.seek(&only(0), Position { offset: 10, epoch: -1 });
    let targets = fetches(&strict.drain(at(0), &cluster(&[("t", 1)])).0);
    answered(&mut strict, targets, answer(ErrorCode::OffsetOutOfRange, Bytes::new()));
    assert!(matches!(strict.take_error(), Some(PollError::OffsetOutOfRange { offset: 10, .. })));
    assert!(strict.drain(at(10_000), &cluster(&[("t", 1)])).0.is_empty(), "stopped until a seek");
}

#[test]
fn a_truncated_log_is_read_again_from_where_it_diverges() {
    let (mut fetcher, targets) = fetching();
    let diverging = FetchAnswer { diverging_end: Some(7), ..answer(ErrorCode::None, Bytes::new()) };
    answered(&mut fetcher, targets, diverging);
    assert_eq!(fetches(&fetcher.drain(at(0), &cluster(&[("t", 1)])).0)[0].position.offset, 7);
}

#[test]
fn a_damaged_batch_is_reported_and_met_again_until_somebody_seeks() {
    let (mut fetcher, targets) = fetching();
    let mut bytes = batch(10, 2).to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    answered(&mut fetcher, targets, answer(ErrorCode::None, bytes.into()));
    assert!(matches!(fetcher.take(10), Err(PollError::Corrupt { offset: 10, .. })));
    assert_eq!(fetches(&fetcher.drain(at(0), &cluster(&[("t", 1)])).0)[0].position.offset, 10);
}

#[test]
fn partitions_the_owner_does_not_know_of_are_not_fetched() {
    let mut fetcher = fetcher(AutoOffsetReset::Earliest);
    fetcher.add(only(0), false, true);
    assert!(fetcher.drain(at(0), &cluster(&[("t", 1)])).0.is_empty());
    fetcher.release_held();
    assert_eq!(fetcher.drain(at(0), &cluster(&[("t", 1)])).0.len(), 1);
}
