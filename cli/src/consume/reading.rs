//! Where reading begins, where it stands, where it ends.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, ensure};
use tidemill_client::{
    BlockingAdmin, BlockingConsumer, Consumer, ConsumerConfig, OffsetAndMetadata, OffsetSpec, TopicPartition,
};

use super::record_row::Printer;
use super::{ConsumeArguments, Start};
use crate::output;
use crate::topic::offsets;

/// How long one poll waits, and so how late a signal is noticed.
const POLL_TIMEOUT: Duration = Duration::from_millis(200);
/// How long leaving a group may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A consumer and its way through the partitions.
#[derive(Debug)]
pub(super) struct Reading {
    consumer: BlockingConsumer,
    is_member: bool,
    /// The next offset to print.
    positions: BTreeMap<TopicPartition, i64>,
    /// Where the partitions ended when reading began.
    ends: BTreeMap<TopicPartition, i64>,
    /// Printed, not committed.
    uncommitted: BTreeMap<TopicPartition, OffsetAndMetadata>,
}

impl Reading {
    pub(super) fn start(arguments: &ConsumeArguments) -> anyhow::Result<Self> {
        let admin = arguments.connection.admin()?;
        let partitions = chosen(&admin, &arguments.topic, &arguments.partitions)?;
        let ends = offsets(&admin, &partitions, OffsetSpec::Latest)?;
        let first = starts(&admin, arguments, &partitions, &ends)?;
        let properties = arguments.connection.properties(&[
            ("group.id", arguments.group.as_deref().unwrap_or_default()),
            ("auto.offset.reset", if arguments.begins_first() { "earliest" } else { "latest" }),
            ("enable.auto.commit", "false"),
            ("max.poll.records", "10000"),
        ])?;
        let consumer = Consumer::connect(ConsumerConfig::from_properties(&properties)?)?.blocking();
        if arguments.group.is_some() {
            consumer.subscribe(&[arguments.topic.as_str()])?;
        } else {
            consumer.assign(partitions)?;
            first.iter().try_for_each(|(partition, offset)| consumer.seek(partition, *offset))?;
        }
        let is_member = arguments.group.is_some();
        Ok(Self { consumer, is_member, positions: first, ends, uncommitted: BTreeMap::new() })
    }

    /// Whether everything that was there when reading began has been printed. A member of a group answers for its
    /// own partitions, once it has some.
    pub(super) fn at_end(&self) -> bool {
        let reached = |partition: &TopicPartition| {
            let end = self.ends.get(partition).copied().unwrap_or(0);
            self.positions.get(partition).is_some_and(|position| *position >= end)
        };
        if self.is_member {
            let own = self.consumer.assignment();
            return !own.is_empty() && own.iter().all(reached);
        }
        self.ends.keys().all(reached)
    }

    /// Takes what arrived and adds at most `limit` records to `printer`; returns how many.
    pub(super) fn poll(&mut self, limit: u64, printer: &mut Printer) -> anyhow::Result<u64> {
        let polled = self.consumer.poll(POLL_TIMEOUT)?;
        let mut printed = 0;
        for batch in polled.batches() {
            for record in batch.records() {
                if printed == limit {
                    return Ok(printed);
                }
                let record = record?;
                printer.add(batch, &record)?;
                printed += 1;
                self.advance(batch.topic_partition(), record.offset + 1);
            }
            self.advance(batch.topic_partition(), batch.next_offset());
        }
        Ok(printed)
    }

    fn advance(&mut self, partition: &TopicPartition, next_offset: i64) {
        self.positions.insert(partition.clone(), next_offset);
        self.uncommitted.insert(partition.clone(), OffsetAndMetadata::new(next_offset));
    }

    /// Commits what was printed, as a member of a group.
    pub(super) fn commit(&mut self) -> anyhow::Result<()> {
        let offsets = std::mem::take(&mut self.uncommitted);
        if self.is_member && !offsets.is_empty() {
            self.consumer.commit_sync(Some(offsets))?;
        }
        Ok(())
    }

    pub(super) fn close(self) {
        self.consumer.close(CLOSE_TIMEOUT);
    }
}

impl ConsumeArguments {
    /// Whether reading begins with the first record where nothing else says where.
    fn begins_first(&self) -> bool {
        self.start.from_beginning || !self.follow
    }
}

fn chosen(admin: &BlockingAdmin, topic: &str, wanted: &[i32]) -> anyhow::Result<Vec<TopicPartition>> {
    let (mut topics, failed) = output::part(admin.describe_topics(&[topic])?);
    output::all_worked(&failed)?;
    let (_, metadata) = topics.pop().with_context(|| format!("topic {topic}: UNKNOWN_TOPIC_OR_PARTITION"))?;
    let existing: Vec<i32> = metadata.partitions.iter().map(|partition| partition.partition).collect();
    for partition in wanted {
        let count = existing.len() as u64;
        let partitions = output::counted(count, "partition");
        ensure!(existing.contains(partition), "topic {topic} has {partitions}, {partition} is none of them");
    }
    let chosen = if wanted.is_empty() { &existing } else { wanted };
    Ok(chosen.iter().map(|partition| TopicPartition::new(topic, *partition)).collect())
}

/// The offset at which reading begins, for each partition.
fn starts(
    admin: &BlockingAdmin,
    arguments: &ConsumeArguments,
    partitions: &[TopicPartition],
    ends: &BTreeMap<TopicPartition, i64>,
) -> anyhow::Result<BTreeMap<TopicPartition, i64>> {
    let earliest = offsets(admin, partitions, OffsetSpec::Earliest)?;
    let mut starts = match &arguments.start {
        Start { offset: Some(offset), .. } => {
            let within = |(partition, end): (&TopicPartition, &i64)| {
                let wanted = if *offset < 0 { end.saturating_add(*offset) } else { *offset };
                let start = earliest.get(partition).copied().unwrap_or(0);
                (partition.clone(), wanted.clamp(start, (*end).max(start)))
            };
            ends.iter().map(within).collect()
        }
        Start { from_time: Some(ms), .. } => {
            let mut found = ends.clone();
            found.extend(offsets(admin, partitions, OffsetSpec::AtOrAfter(*ms))?);
            found
        }
        _ if arguments.begins_first() => earliest,
        _ => ends.clone(),
    };
    if let Some(group) = &arguments.group {
        let committed = admin.list_group_offsets(group, Some(partitions))?;
        starts.extend(committed.into_iter().map(|(partition, committed)| (partition, committed.offset)));
    }
    Ok(starts)
}
