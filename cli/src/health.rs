//! `tidemill health`: does the cluster answer, and does somebody lead every partition?

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::arguments::{Connection, Output};
use crate::output::{self, Row};

/// Exit code of a cluster that is not healthy, as rpk has it.
const UNHEALTHY: u8 = 10;

/// Arguments of `tidemill health`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code 0: healthy; 10: not healthy, or nobody answers.")]
pub(crate) struct HealthArguments {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// What is known of a cluster.
#[derive(Debug, Serialize)]
struct HealthRow {
    healthy: bool,
    cluster_id: String,
    controller: Option<i32>,
    brokers: usize,
    topics: usize,
    partitions: usize,
    leaderless_partitions: usize,
    offline_replicas: usize,
}

impl Row for HealthRow {
    const TITLES: &'static [&'static str] = &[
        "HEALTHY",
        "CLUSTER",
        "CONTROLLER",
        "BROKERS",
        "TOPICS",
        "PARTITIONS",
        "LEADERLESS",
        "OFFLINE REPLICAS",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            if self.healthy { "yes" } else { "no" }.to_owned(),
            self.cluster_id.clone(),
            output::or_dash(self.controller),
            self.brokers.to_string(),
            self.topics.to_string(),
            self.partitions.to_string(),
            self.leaderless_partitions.to_string(),
            self.offline_replicas.to_string(),
        ]
    }
}

pub(crate) fn run(arguments: &HealthArguments) -> anyhow::Result<ExitCode> {
    let row = match look(&arguments.connection) {
        Ok(row) => row,
        Err(error) => {
            let sentence = output::sentence(&error);
            eprintln!("unhealthy: {sentence}");
            return Ok(ExitCode::from(UNHEALTHY));
        }
    };
    let healthy = row.healthy;
    output::print(&[row], arguments.output.format)?;
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::from(UNHEALTHY) })
}

fn look(connection: &Connection) -> anyhow::Result<HealthRow> {
    let admin = connection.admin()?;
    let cluster = admin.describe_cluster()?;
    let topics = admin.list_topics()?;
    let partitions = || topics.iter().flat_map(|topic| &topic.partitions);
    let leaderless_partitions = partitions().filter(|partition| partition.leader.is_none()).count();
    let offline_replicas = partitions().map(|partition| partition.offline_replicas.len()).sum();
    let controller = Some(cluster.controller_id).filter(|id| *id >= 0);
    Ok(HealthRow {
        healthy: controller.is_some() && leaderless_partitions == 0 && offline_replicas == 0,
        cluster_id: cluster.cluster_id,
        controller,
        brokers: cluster.brokers.len(),
        topics: topics.len(),
        partitions: partitions().count(),
        leaderless_partitions,
        offline_replicas,
    })
}
