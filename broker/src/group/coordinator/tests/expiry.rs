//! The expiry of offsets (KIP-211): from when it counts, what keeps an offset, what is written, and restarts.

use super::administration::{MINUTE_MS, short_retention};
use super::commits::Commit;
use super::harness::{Bench, GROUP, Joiner};
use crate::group::records::{self, StoredRecord};
use crate::group::turn::LogEntry;
use tidemill_protocol::ErrorCode;

/// Of `short_retention`.
const RETENTION_MINUTES: u64 = 30;

impl Bench {
    fn advance_minutes(&mut self, minutes: u64) {
        self.advance(minutes * MINUTE_MS);
    }

    /// Lets time pass in which a member shows that it lives.
    fn advance_with(&mut self, member_id: &str, generation_id: i32, minutes: u64) {
        for _ in 0..minutes * 10 {
            self.advance(MINUTE_MS / 10);
            assert_eq!(self.heartbeat(member_id, generation_id), ErrorCode::None);
        }
    }

    fn topics(&self) -> Vec<&str> {
        self.shard.offsets().topics(GROUP).map(|(topic, _)| topic.as_str()).collect()
    }

    /// What was written from entry `start` on, the deletions marked.
    fn written_since(&self, start: usize) -> Vec<String> {
        let read = |entry: &LogEntry| match entry {
            LogEntry::Record(record) => {
                match records::read(record.key.clone(), record.value.clone()).unwrap() {
                    StoredRecord::Offset(key, None) => format!("-{}-{}", key.topic, key.partition),
                    StoredRecord::Group(group_id, None) => format!("-{group_id}"),
                    other => format!("{other:?}"),
                }
            }
            other => format!("{other:?}"),
        };
        self.log[start..].iter().map(read).collect()
    }
}

#[test]
fn offsets_of_topics_that_a_stable_group_reads_are_kept_and_others_expire_from_their_commit() {
    let mut bench = Bench::new(short_retention());
    let members = bench.stable_group(1);
    let commit = Commit::of(&members[0], 1);
    bench.commit(&commit);
    bench.commit(&Commit { other_topic: Some("unread"), ..commit.clone() });
    bench.advance_with(&members[0], 1, RETENTION_MINUTES - 1);
    assert_eq!(bench.topics(), ["topic", "unread"]);
    let written = bench.log.len();
    bench.advance_with(&members[0], 1, 2);
    assert_eq!(bench.topics(), ["topic"]);
    assert_eq!(bench.written_since(written), ["-unread-0"]);
    bench.advance_with(&members[0], 1, RETENTION_MINUTES);
    assert_eq!(bench.topics(), ["topic"]);
}

#[test]
fn nothing_expires_while_a_group_rebalances() {
    let mut bench = Bench::new(short_retention());
    let members = bench.stable_group(1);
    let old = Commit { other_topic: Some("unread"), ..Commit::of(&members[0], 1) };
    bench.commit(&old);
    bench.advance_with(&members[0], 1, RETENTION_MINUTES - 1);
    // Rebalances follow each other: the member joins and never syncs.
    for _ in 0..24 {
        bench.join(&Joiner::member(&members[0]));
        bench.advance(MINUTE_MS / 8);
    }
    assert_eq!(bench.topics(), ["unread"]);
}

#[test]
fn offsets_of_members_whose_subscriptions_cannot_be_read_are_kept() {
    let mut bench = Bench::new(short_retention());
    let joiner = Joiner { protocol_type: "connect", protocols: vec![("p", b"m")], ..Joiner::default() };
    let (member_id, token) = bench.join_new_as(&joiner);
    bench.joined(token).unwrap();
    bench.sync(&member_id, 1, &[]);
    bench.commit(&Commit::of(&member_id, 1));
    bench.advance_with(&member_id, 1, RETENTION_MINUTES * 2);
    assert_eq!(bench.topics(), ["topic"]);
    bench.leave(&[(&member_id, None)]);
    bench.advance_minutes(RETENTION_MINUTES + 1);
    assert!(bench.topics().is_empty());
}

#[test]
fn what_expires_is_deleted_in_the_log_and_its_group_after_it() {
    let mut bench = Bench::new(short_retention());
    bench.commit(&Commit::simple());
    bench.commit(&Commit { other_topic: Some("another"), ..Commit::simple() });
    let written = bench.log.len();
    bench.advance_minutes(RETENTION_MINUTES + 1);
    assert_eq!(bench.written_since(written), ["-another-0", "-topic-0", "-group"]);
    bench.reload(short_retention());
    assert!(bench.topics().is_empty() && bench.shard.group(GROUP).is_none());
}

#[test]
fn the_retention_of_a_commit_goes_on_over_a_restart() {
    let mut bench = Bench::new(short_retention());
    bench.commit(&Commit::simple());
    bench.advance_minutes(RETENTION_MINUTES - 10);
    bench.reload(short_retention());
    bench.advance_minutes(9);
    assert_eq!(bench.topics(), ["topic"]);
    bench.advance_minutes(2);
    assert!(bench.topics().is_empty());
}

#[test]
fn the_time_at_which_a_group_became_empty_survives_a_restart() {
    let mut bench = Bench::new(short_retention());
    let members = bench.stable_group(1);
    bench.commit(&Commit::of(&members[0], 1));
    bench.advance_with(&members[0], 1, RETENTION_MINUTES * 2);
    bench.leave(&[(&members[0], None)]);
    bench.advance_minutes(RETENTION_MINUTES - 10);
    bench.reload(short_retention());
    bench.advance_minutes(9);
    assert_eq!(bench.topics(), ["topic"], "it counts from the end of the group, not from the commit");
    bench.advance_minutes(2);
    assert!(bench.topics().is_empty());
}

#[test]
fn a_group_whose_last_member_died_while_nobody_served_it_expires_from_then() {
    let mut bench = Bench::new(short_retention());
    let members = bench.stable_group(1);
    bench.commit(&Commit::of(&members[0], 1));
    bench.advance_minutes(RETENTION_MINUTES * 2);
    assert!(bench.topics().is_empty(), "the member was silent");

    let mut bench = Bench::new(short_retention());
    let members = bench.stable_group(1);
    bench.commit(&Commit::of(&members[0], 1));
    bench.now = bench.now.plus(std::time::Duration::from_millis(RETENTION_MINUTES * 2 * MINUTE_MS));
    bench.reload(short_retention());
    bench.advance_minutes(RETENTION_MINUTES - 1);
    assert_eq!(bench.topics(), ["topic"], "its session was given a new start by the restart");
    bench.advance_minutes(3);
    assert!(bench.topics().is_empty());
}

#[test]
fn the_retention_that_a_commit_names_survives_a_restart_whatever_the_broker_says() {
    for version in 2..=4 {
        let mut bench = Bench::new(short_retention());
        let minute = Commit { retention_time_ms: 60_000, version, ..Commit::simple() };
        bench.commit(&minute);
        let hours = Commit { retention_time_ms: 3 * 3_600_000, other_topic: Some("long"), ..minute };
        bench.commit(&hours);
        bench.reload(short_retention());
        bench.advance_minutes(3);
        assert_eq!(bench.topics(), ["long"]);
        bench.advance_minutes(RETENTION_MINUTES * 4);
        bench.reload(short_retention());
        bench.advance_minutes(3);
        assert_eq!(bench.topics(), ["long"]);
        bench.advance_minutes(60);
        assert!(bench.topics().is_empty());
    }
}

#[test]
fn what_expired_while_nobody_looked_goes_at_the_first_look_after_a_restart() {
    let mut bench = Bench::new(short_retention());
    bench.commit(&Commit::simple());
    bench.now = bench.now.plus(std::time::Duration::from_millis(RETENTION_MINUTES * 10 * MINUTE_MS));
    bench.reload(short_retention());
    bench.advance(59_000);
    assert_eq!(bench.topics(), ["topic"]);
    bench.advance(1_000);
    assert!(bench.topics().is_empty());
}
