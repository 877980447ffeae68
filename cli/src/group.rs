//! `tidemill group`: list, describe, reset and delete consumer groups.

mod reset;

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde::Serialize;
use tidemill_client::{
    BlockingAdmin, GroupDescription, GroupMember, OffsetAndMetadata, OffsetSpec, TopicPartition,
};

use crate::arguments::{Connection, Output};
use crate::output::{self, Row};
use crate::topic::offsets;

/// Arguments of `tidemill group`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct GroupArguments {
    #[command(subcommand)]
    command: GroupCommand,
}

#[derive(Debug, Subcommand)]
enum GroupCommand {
    /// List groups
    List(List),
    /// Show positions, lag and members of a group
    Describe(Describe),
    /// Move the positions of a group that has no members; shows what it would do unless --execute is given
    ResetOffsets(reset::ResetOffsets),
    /// Delete groups that have no members, with their positions
    Delete(Delete),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Describe {
    /// Name of the group
    group: String,
    /// Show the members in place of the positions
    #[arg(long)]
    members: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Delete {
    /// Names of the groups
    #[arg(required = true)]
    groups: Vec<String>,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(arguments: &GroupArguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        GroupCommand::List(arguments) => list(arguments),
        GroupCommand::Describe(arguments) => describe(arguments),
        GroupCommand::ResetOffsets(arguments) => reset::run(arguments),
        GroupCommand::Delete(arguments) => delete(arguments),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// A group as `list` shows it.
#[derive(Debug, Serialize)]
struct GroupRow {
    group: String,
    state: String,
    protocol_type: String,
    #[serde(rename = "type")]
    group_type: String,
}

impl Row for GroupRow {
    const TITLES: &'static [&'static str] = &["GROUP", "STATE", "PROTOCOL", "TYPE"];

    fn cells(&self) -> Vec<String> {
        vec![self.group.clone(), self.state.clone(), self.protocol_type.clone(), self.group_type.clone()]
    }
}

fn list(arguments: &List) -> anyhow::Result<()> {
    let groups = arguments.connection.admin()?.list_groups()?;
    let row = |group: tidemill_client::GroupListing| GroupRow {
        group: group.group_id,
        state: group.state,
        protocol_type: group.protocol_type,
        group_type: group.group_type,
    };
    let rows: Vec<GroupRow> = groups.into_iter().map(row).collect();
    output::print(&rows, arguments.output.format)
}

/// A group's position in one partition.
#[derive(Debug, Serialize)]
struct PositionRow {
    topic: String,
    partition: i32,
    committed_offset: Option<i64>,
    end_offset: Option<i64>,
    lag: Option<i64>,
    member: Option<String>,
}

impl Row for PositionRow {
    const TITLES: &'static [&'static str] = &["TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "MEMBER"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.topic.clone(),
            self.partition.to_string(),
            output::or_dash(self.committed_offset),
            output::or_dash(self.end_offset),
            output::or_dash(self.lag),
            output::or_dash(self.member.clone()),
        ]
    }
}

/// A member of a group.
#[derive(Debug, Serialize)]
struct MemberRow {
    member: String,
    instance: Option<String>,
    client_id: String,
    host: String,
    partitions: Vec<String>,
}

impl Row for MemberRow {
    const TITLES: &'static [&'static str] = &["MEMBER", "INSTANCE", "CLIENT", "HOST", "PARTITIONS"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.member.clone(),
            output::or_dash(self.instance.clone()),
            self.client_id.clone(),
            self.host.clone(),
            self.partitions.join(","),
        ]
    }
}

fn describe(arguments: &Describe) -> anyhow::Result<()> {
    let admin = arguments.connection.admin()?;
    let group = description(&admin, &arguments.group)?;
    eprintln!(
        "group {} is {}, {}",
        group.group_id,
        group.state,
        output::counted(group.members.len() as u64, "member")
    );
    if arguments.members {
        let rows: Vec<MemberRow> = group.members.into_iter().map(member_row).collect();
        return output::print(&rows, arguments.output.format);
    }
    let committed = admin.list_group_offsets(&arguments.group, None)?;
    output::print(&positions(&admin, &group, &committed)?, arguments.output.format)
}

/// Describes a group that exists: brokers describe any other as dead.
fn description(admin: &BlockingAdmin, name: &str) -> anyhow::Result<GroupDescription> {
    let (mut groups, failed) = output::part(admin.describe_groups(&[name])?);
    output::all_worked(&failed)?;
    let group = groups.pop().map(|(_, group)| group).filter(|group| group.state != "Dead");
    group.with_context(|| format!("group {name}: GROUP_ID_NOT_FOUND (there is no such group)"))
}

fn positions(
    admin: &BlockingAdmin,
    group: &GroupDescription,
    committed: &BTreeMap<TopicPartition, OffsetAndMetadata>,
) -> anyhow::Result<Vec<PositionRow>> {
    let mut owners: BTreeMap<TopicPartition, Option<String>> =
        committed.keys().map(|partition| (partition.clone(), None)).collect();
    for member in &group.members {
        for partition in &member.assignment {
            owners.insert(partition.clone(), Some(member.member_id.clone()));
        }
    }
    let partitions: Vec<TopicPartition> = owners.keys().cloned().collect();
    let ends = offsets(admin, &partitions, OffsetSpec::Latest)?;
    let rows = owners.into_iter().map(|(partition, member)| {
        let committed_offset = committed.get(&partition).map(|committed| committed.offset);
        let end_offset = ends.get(&partition).copied();
        PositionRow {
            topic: partition.topic.to_string(),
            partition: partition.partition,
            committed_offset,
            end_offset,
            lag: committed_offset.zip(end_offset).map(|(committed, end)| (end - committed).max(0)),
            member,
        }
    });
    Ok(rows.collect())
}

fn member_row(member: GroupMember) -> MemberRow {
    MemberRow {
        member: member.member_id,
        instance: member.group_instance_id,
        client_id: member.client_id,
        host: member.client_host,
        partitions: member.assignment.iter().map(ToString::to_string).collect(),
    }
}

fn delete(arguments: &Delete) -> anyhow::Result<()> {
    let names: Vec<&str> = arguments.groups.iter().map(String::as_str).collect();
    let (deleted, failed) = output::part(arguments.connection.admin()?.delete_groups(&names)?);
    deleted.iter().for_each(|(group, ())| eprintln!("deleted group {group}"));
    output::all_worked(&failed)
}
