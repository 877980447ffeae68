//! `tidemill group reset-offsets`: where the positions of a group go.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde::Serialize;
use tidemill_client::{BlockingAdmin, OffsetAndMetadata, OffsetSpec, TopicPartition};

use crate::arguments::{Connection, Output, point_in_time};
use crate::output::{self, Row};
use crate::topic::offsets;

/// Arguments of `tidemill group reset-offsets`.
#[derive(Debug, Args)]
pub(super) struct ResetOffsets {
    /// Name of the group; one that does not exist is created
    group: String,
    /// Topics to reset, NAME or NAME:PARTITION; without it every partition the group has a position in
    #[arg(long = "topic", value_name = "NAME[:PARTITION]")]
    topics: Vec<String>,
    #[command(flatten)]
    target: TargetArguments,
    /// Change the positions
    #[arg(long)]
    execute: bool,
    /// Only show what would change (the default)
    #[arg(long, conflicts_with = "execute")]
    dry_run: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct TargetArguments {
    /// To the first record
    #[arg(long)]
    to_earliest: bool,
    /// Behind the last record
    #[arg(long)]
    to_latest: bool,
    /// To an offset
    #[arg(long, value_name = "OFFSET")]
    to_offset: Option<i64>,
    /// To the first record of that time or later, RFC 3339 or milliseconds
    #[arg(long, value_name = "TIME", value_parser = point_in_time)]
    to_datetime: Option<i64>,
    /// By a number of records, backwards if negative
    #[arg(long, value_name = "RECORDS", allow_negative_numbers = true)]
    shift_by: Option<i64>,
}

/// Where positions go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Earliest,
    Latest,
    Offset(i64),
    Time(i64),
    Shift(i64),
}

impl TargetArguments {
    fn target(&self) -> anyhow::Result<Target> {
        Ok(match self {
            Self { to_earliest: true, .. } => Target::Earliest,
            Self { to_latest: true, .. } => Target::Latest,
            Self { to_offset: Some(offset), .. } => Target::Offset(*offset),
            Self { to_datetime: Some(ms), .. } => Target::Time(*ms),
            Self { shift_by: Some(records), .. } => Target::Shift(*records),
            _ => bail!("name where to reset to"),
        })
    }
}

/// What is known of a partition before its position moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    committed: Option<i64>,
    start: i64,
    end: i64,
    /// The first record of the wanted time or later.
    at_time: Option<i64>,
}

/// The new position: inside the log whatever was asked. `None` if there is nothing to shift.
fn new_position(target: Target, bounds: Bounds) -> Option<i64> {
    let wanted = match target {
        Target::Earliest => bounds.start,
        Target::Latest => bounds.end,
        Target::Offset(offset) => offset,
        Target::Time(_) => bounds.at_time.unwrap_or(bounds.end),
        Target::Shift(records) => bounds.committed?.saturating_add(records),
    };
    Some(wanted.clamp(bounds.start, bounds.end.max(bounds.start)))
}

/// A position before and after.
#[derive(Debug, Serialize)]
struct MoveRow {
    topic: String,
    partition: i32,
    from: Option<i64>,
    to: i64,
}

impl Row for MoveRow {
    const TITLES: &'static [&'static str] = &["TOPIC", "PARTITION", "FROM", "TO"];

    fn cells(&self) -> Vec<String> {
        vec![self.topic.clone(), self.partition.to_string(), output::or_dash(self.from), self.to.to_string()]
    }
}

pub(super) fn run(arguments: &ResetOffsets) -> anyhow::Result<()> {
    let admin = arguments.connection.admin()?;
    let target = arguments.target.target()?;
    let committed = admin.list_group_offsets(&arguments.group, None)?;
    let partitions = chosen(&admin, &arguments.topics, &committed)?;
    ensure!(
        !partitions.is_empty(),
        "group {} has no positions; name topics with --topic to give it some",
        arguments.group
    );
    let moves = moves(&admin, target, &partitions, &committed)?;
    if arguments.execute {
        execute(&admin, &arguments.group, &moves)?;
    }
    let rows: Vec<MoveRow> = moves
        .iter()
        .map(|(partition, to)| MoveRow {
            topic: partition.topic.to_string(),
            partition: partition.partition,
            from: committed.get(partition).map(|committed| committed.offset),
            to: *to,
        })
        .collect();
    output::print(&rows, arguments.output.format)?;
    if !arguments.execute {
        eprintln!("dry run: nothing was changed; the same command with --execute does it");
    }
    Ok(())
}

/// The partitions that `--topic` names, or all that the group has a position in.
fn chosen(
    admin: &BlockingAdmin,
    topics: &[String],
    committed: &BTreeMap<TopicPartition, OffsetAndMetadata>,
) -> anyhow::Result<Vec<TopicPartition>> {
    if topics.is_empty() {
        return Ok(committed.keys().cloned().collect());
    }
    let mut chosen = Vec::new();
    for topic in topics {
        if let Some((name, partition)) = topic.split_once(':') {
            let partition = partition
                .parse()
                .with_context(|| format!("--topic {topic}: {partition:?} is not a partition"))?;
            chosen.push(TopicPartition::new(name, partition));
            continue;
        }
        let (described, failed) = output::part(admin.describe_topics(&[topic])?);
        output::all_worked(&failed)?;
        for (name, topic) in described {
            chosen
                .extend(topic.partitions.iter().map(|row| TopicPartition::new(name.as_str(), row.partition)));
        }
    }
    Ok(chosen)
}

fn moves(
    admin: &BlockingAdmin,
    target: Target,
    partitions: &[TopicPartition],
    committed: &BTreeMap<TopicPartition, OffsetAndMetadata>,
) -> anyhow::Result<Vec<(TopicPartition, i64)>> {
    let starts = offsets(admin, partitions, OffsetSpec::Earliest)?;
    let ends = offsets(admin, partitions, OffsetSpec::Latest)?;
    let at_time = match target {
        Target::Time(ms) => offsets(admin, partitions, OffsetSpec::AtOrAfter(ms))?,
        _ => BTreeMap::new(),
    };
    let mut moves = Vec::new();
    for partition in partitions {
        let offset = |offsets: &BTreeMap<TopicPartition, i64>| {
            offsets
                .get(partition)
                .copied()
                .with_context(|| format!("{partition}: UNKNOWN_TOPIC_OR_PARTITION"))
        };
        let bounds = Bounds {
            committed: committed.get(partition).map(|committed| committed.offset),
            start: offset(&starts)?,
            end: offset(&ends)?,
            at_time: at_time.get(partition).copied(),
        };
        moves.extend(new_position(target, bounds).map(|to| (partition.clone(), to)));
    }
    Ok(moves)
}

fn execute(admin: &BlockingAdmin, group: &str, moves: &[(TopicPartition, i64)]) -> anyhow::Result<()> {
    let offsets: BTreeMap<TopicPartition, OffsetAndMetadata> =
        moves.iter().map(|(partition, to)| (partition.clone(), OffsetAndMetadata::new(*to))).collect();
    output::all_worked(&output::part(admin.alter_group_offsets(group, &offsets)?).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { committed: Some(50), start: 10, end: 100, at_time: None };

    #[test]
    fn each_target_has_its_position() {
        let at_time = Bounds { at_time: Some(70), ..BOUNDS };
        for (target, bounds, expected) in [
            (Target::Earliest, BOUNDS, 10),
            (Target::Latest, BOUNDS, 100),
            (Target::Offset(42), BOUNDS, 42),
            (Target::Time(0), at_time, 70),
            (Target::Shift(-5), BOUNDS, 45),
            (Target::Shift(5), BOUNDS, 55),
        ] {
            assert_eq!(new_position(target, bounds), Some(expected), "{target:?}");
        }
    }

    #[test]
    fn a_position_outside_of_the_log_becomes_its_nearest_end() {
        assert_eq!(new_position(Target::Offset(3), BOUNDS), Some(10));
        assert_eq!(new_position(Target::Offset(i64::MAX), BOUNDS), Some(100));
        assert_eq!(new_position(Target::Shift(i64::MIN), BOUNDS), Some(10));
        assert_eq!(new_position(Target::Shift(i64::MAX), BOUNDS), Some(100));
    }

    #[test]
    fn a_time_after_the_last_record_is_the_end() {
        assert_eq!(new_position(Target::Time(i64::MAX), BOUNDS), Some(100));
    }

    #[test]
    fn a_partition_without_position_is_not_shifted() {
        assert_eq!(new_position(Target::Shift(1), Bounds { committed: None, ..BOUNDS }), None);
    }
}
