//! `tidemill topic`: create, list, describe, alter and delete topics.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;
use tidemill_client::{
    AlterOperation, BlockingAdmin, ConfigAlteration, ConfigResource, ConfigSource, ErrorCode, NewPartitions,
    NewTopic, OffsetSpec, TopicMetadata, TopicPartition,
};

use crate::arguments::{Connection, Output, Pair, pair};
use crate::output::{self, Row};

/// Partitions or replicas that the broker chooses.
const BROKER_CHOOSES: i32 = -1;

/// Arguments of `tidemill topic`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct TopicArguments {
    #[command(subcommand)]
    command: TopicCommand,
}

#[derive(Debug, Subcommand)]
enum TopicCommand {
    /// Create topics
    Create(Create),
    /// List topics
    List(List),
    /// Show partitions, leaders and offsets of topics, or their configuration
    Describe(Describe),
    /// Add partitions, change configuration
    Alter(Alter),
    /// Delete topics with all their records
    Delete(Delete),
}

#[derive(Debug, Args)]
struct Create {
    /// Names of the topics
    #[arg(required = true)]
    names: Vec<String>,
    /// Number of partitions; without it the broker's num.partitions
    #[arg(short, long, default_value_t = BROKER_CHOOSES, hide_default_value = true)]
    partitions: i32,
    /// Copies of each partition; without it the broker's default.replication.factor
    #[arg(short, long, default_value_t = -1, hide_default_value = true)]
    replication_factor: i16,
    /// A topic configuration, for example --config retention.ms=3600000
    #[arg(short, long = "config", value_name = "KEY=VALUE", value_parser = pair)]
    configs: Vec<Pair>,
    /// Succeed if a topic exists already, and leave it as it is
    #[arg(long)]
    if_not_exists: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct List {
    /// Also show the topics of the cluster itself
    #[arg(long)]
    internal: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Describe {
    /// Names of the topics
    #[arg(required = true)]
    names: Vec<String>,
    /// Show the configuration in place of the partitions
    #[arg(long)]
    configs: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
#[group(id = "change", required = true, multiple = true, args = ["partitions", "configs", "removed"])]
struct Alter {
    /// Name of the topic
    name: String,
    /// New number of partitions; a topic only grows
    #[arg(short, long)]
    partitions: Option<i32>,
    /// Set a configuration
    #[arg(short, long = "config", value_name = "KEY=VALUE", value_parser = pair)]
    configs: Vec<Pair>,
    /// Return a configuration to its default
    #[arg(long = "delete-config", value_name = "KEY")]
    removed: Vec<String>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Delete {
    /// Names of the topics
    #[arg(required = true)]
    names: Vec<String>,
    /// Succeed if a topic does not exist
    #[arg(long)]
    if_exists: bool,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(arguments: &TopicArguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        TopicCommand::Create(arguments) => create(arguments),
        TopicCommand::List(arguments) => list(arguments),
        TopicCommand::Describe(arguments) if arguments.configs => describe_configs(arguments),
        TopicCommand::Describe(arguments) => describe(arguments),
        TopicCommand::Alter(arguments) => alter(arguments),
        TopicCommand::Delete(arguments) => delete(arguments),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// A topic as `create` and `list` show it.
#[derive(Debug, Serialize)]
struct TopicRow {
    name: String,
    partitions: usize,
    replication_factor: usize,
}

impl Row for TopicRow {
    const TITLES: &'static [&'static str] = &["NAME", "PARTITIONS", "REPLICAS"];

    fn cells(&self) -> Vec<String> {
        vec![self.name.clone(), self.partitions.to_string(), self.replication_factor.to_string()]
    }
}

impl TopicRow {
    fn new(topic: &TopicMetadata) -> Self {
        Self {
            name: topic.name.to_string(),
            partitions: topic.partitions.len(),
            replication_factor: topic.partitions.first().map_or(0, |partition| partition.replicas.len()),
        }
    }
}

fn create(arguments: &Create) -> anyhow::Result<()> {
    let admin = arguments.connection.admin()?;
    let configs: BTreeMap<String, String> = arguments.configs.iter().cloned().collect();
    let topic = |name: &String| NewTopic {
        replication_factor: arguments.replication_factor,
        configs: configs.clone(),
        ..NewTopic::new(name, arguments.partitions)
    };
    let mut results = admin.create_topics(arguments.names.iter().map(topic).collect())?;
    if arguments.if_not_exists {
        results.retain(|(_, result)| !is_code(result, ErrorCode::TopicAlreadyExists));
    }
    let (created, failed) = output::part(results);
    let rows: Vec<TopicRow> = created
        .into_iter()
        .map(|(name, topic)| TopicRow {
            name,
            partitions: usize::try_from(topic.partitions).unwrap_or(0),
            replication_factor: usize::try_from(topic.replication_factor).unwrap_or(0),
        })
        .collect();
    output::print(&rows, arguments.output.format)?;
    output::all_worked(&failed)
}

fn list(arguments: &List) -> anyhow::Result<()> {
    let topics = arguments.connection.admin()?.list_topics()?;
    let shown = topics.iter().filter(|topic| arguments.internal || !topic.is_internal);
    let rows: Vec<TopicRow> = shown.map(TopicRow::new).collect();
    output::print(&rows, arguments.output.format)
}

/// A partition as `describe` shows it. Offsets are unknown while nobody leads the partition.
#[derive(Debug, Serialize)]
struct PartitionRow {
    topic: String,
    partition: i32,
    leader: Option<i32>,
    replicas: Vec<i32>,
    in_sync_replicas: Vec<i32>,
    start_offset: Option<i64>,
    end_offset: Option<i64>,
}

impl Row for PartitionRow {
    const TITLES: &'static [&'static str] =
        &["TOPIC", "PARTITION", "LEADER", "REPLICAS", "IN SYNC", "START", "END"];

    fn cells(&self) -> Vec<String> {
        let ids = |ids: &[i32]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        vec![
            self.topic.clone(),
            self.partition.to_string(),
            output::or_dash(self.leader),
            ids(&self.replicas),
            ids(&self.in_sync_replicas),
            output::or_dash(self.start_offset),
            output::or_dash(self.end_offset),
        ]
    }
}

fn describe(arguments: &Describe) -> anyhow::Result<()> {
    let admin = arguments.connection.admin()?;
    let (topics, failed) = output::part(admin.describe_topics(&names(&arguments.names))?);
    let partitions: Vec<TopicPartition> = topics
        .iter()
        .flat_map(|(_, topic)| {
            topic
                .partitions
                .iter()
                .map(|partition| TopicPartition::new(topic.name.clone(), partition.partition))
        })
        .collect();
    let starts = offsets(&admin, &partitions, OffsetSpec::Earliest)?;
    let ends = offsets(&admin, &partitions, OffsetSpec::Latest)?;
    let rows: Vec<PartitionRow> = topics
        .iter()
        .flat_map(|(_, topic)| topic.partitions.iter().map(move |partition| (topic, partition)))
        .zip(&partitions)
        .map(|((topic, partition), key)| PartitionRow {
            topic: topic.name.to_string(),
            partition: partition.partition,
            leader: partition.leader,
            replicas: partition.replicas.clone(),
            in_sync_replicas: partition.in_sync_replicas.clone(),
            start_offset: starts.get(key).copied(),
            end_offset: ends.get(key).copied(),
        })
        .collect();
    output::print(&rows, arguments.output.format)?;
    output::all_worked(&failed)
}

/// One offset of each partition that answers.
pub(crate) fn offsets(
    admin: &BlockingAdmin,
    partitions: &[TopicPartition],
    which: OffsetSpec,
) -> anyhow::Result<BTreeMap<TopicPartition, i64>> {
    let wanted: BTreeMap<TopicPartition, OffsetSpec> =
        partitions.iter().map(|partition| (partition.clone(), which)).collect();
    let answers = admin.list_offsets(&wanted)?.into_iter();
    Ok(answers.filter_map(|(partition, answer)| Some((partition, answer.ok()??.offset))).collect())
}

/// A configuration key as `describe --configs` shows it.
#[derive(Debug, Serialize)]
struct ConfigRow {
    topic: String,
    key: String,
    value: Option<String>,
    source: &'static str,
}

impl Row for ConfigRow {
    const TITLES: &'static [&'static str] = &["TOPIC", "KEY", "VALUE", "SOURCE"];

    fn cells(&self) -> Vec<String> {
        let value = self.value.clone().unwrap_or_default();
        vec![self.topic.clone(), self.key.clone(), output::printable(&value), self.source.to_owned()]
    }
}

fn describe_configs(arguments: &Describe) -> anyhow::Result<()> {
    let resources: Vec<ConfigResource> = arguments.names.iter().map(ConfigResource::topic).collect();
    let (topics, failed) = output::part(arguments.connection.admin()?.describe_configs(&resources)?);
    let mut rows = Vec::new();
    for (resource, description) in topics {
        rows.extend(description.entries.into_iter().map(|entry| ConfigRow {
            topic: resource.name.clone(),
            key: entry.name,
            value: entry.value,
            source: match entry.source {
                ConfigSource::Topic => "topic",
                ConfigSource::DynamicBroker
                | ConfigSource::DynamicDefaultBroker
                | ConfigSource::StaticBroker => "broker",
                ConfigSource::Default => "default",
                ConfigSource::Other(_) => "other",
            },
        }));
    }
    output::print(&rows, arguments.output.format)?;
    output::all_worked(&failed)
}

fn alter(arguments: &Alter) -> anyhow::Result<()> {
    let admin = arguments.connection.admin()?;
    let set = arguments.configs.iter().map(|(key, value)| ConfigAlteration {
        name: key.clone(),
        operation: AlterOperation::Set,
        value: Some(value.clone()),
    });
    let removed = arguments.removed.iter().map(|key| ConfigAlteration {
        name: key.clone(),
        operation: AlterOperation::Delete,
        value: None,
    });
    let alterations: Vec<ConfigAlteration> = set.chain(removed).collect();
    if !alterations.is_empty() {
        let resource = ConfigResource::topic(&arguments.name);
        output::all_worked(&output::part(admin.incremental_alter_configs(&[(resource, alterations)])?).1)?;
        eprintln!("changed the configuration of topic {}", arguments.name);
    }
    if let Some(total) = arguments.partitions {
        let wanted = NewPartitions { total, assignments: Vec::new() };
        output::all_worked(&output::part(admin.create_partitions(&[(arguments.name.as_str(), wanted)])?).1)?;
        eprintln!("topic {} has {} now", arguments.name, output::counted(u64::try_from(total)?, "partition"));
    }
    Ok(())
}

fn delete(arguments: &Delete) -> anyhow::Result<()> {
    let mut results = arguments.connection.admin()?.delete_topics(&names(&arguments.names))?;
    if arguments.if_exists {
        results.retain(|(_, result)| !is_code(result, ErrorCode::UnknownTopicOrPartition));
    }
    let (deleted, failed) = output::part(results);
    deleted.iter().for_each(|(name, ())| eprintln!("deleted topic {name}"));
    output::all_worked(&failed)
}

fn names(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn is_code<T>(result: &Result<T, tidemill_client::AdminError>, code: ErrorCode) -> bool {
    matches!(result, Err(error) if error.code() == Some(code))
}
