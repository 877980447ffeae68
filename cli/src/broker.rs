//! `tidemill broker`: runs a broker until SIGINT or SIGTERM.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tidemill_broker::config::{environment, layers, properties};
use tidemill_broker::{Broker, BrokerConfig};
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::{Pair, pair};
use crate::output;

/// `cluster.id`, as meta.properties names it.
const CLUSTER_ID: &str = "cluster.id";

/// Arguments of `tidemill broker`.
#[derive(Debug, Args)]
pub(crate) struct BrokerArguments {
    /// A file of Kafka's server.properties form
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where data lies (log.dirs)
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// A broker property; stronger than KAFKA_* variables and the file
    #[arg(short = 'X', long = "property", value_name = "KEY=VALUE", value_parser = pair)]
    properties: Vec<Pair>,
}

pub(crate) fn run(arguments: &BrokerArguments) -> anyhow::Result<ExitCode> {
    let config = configuration(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Before the broker starts, so that a signal during the start is not lost.
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let broker = Broker::start(config)?;
    output::write(&format!("READY kafka={}\n", broker.address()))?;
    let name = runtime.block_on(async {
        tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
        }
    });
    tracing::info!(signal = name, "stopping");
    broker.shutdown();
    Ok(ExitCode::SUCCESS)
}

/// Joins the sources of configuration: flag over environment over file over default.
fn configuration(arguments: &BrokerArguments) -> anyhow::Result<BrokerConfig> {
    let mut flags: BTreeMap<String, String> = arguments.properties.iter().cloned().collect();
    if let Some(address) = &arguments.listen {
        flags.insert("listeners".to_owned(), format!("PLAINTEXT://{address}"));
    }
    if let Some(dir) = &arguments.data_dir {
        let dir = dir.to_str().with_context(|| format!("{} is not UTF-8", dir.display()))?;
        flags.insert("log.dirs".to_owned(), dir.to_owned());
    }
    let variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut from_environment =
        environment::read(variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if let Some(cluster_id) = from_environment.cluster_id.take() {
        from_environment.properties.insert(CLUSTER_ID.to_owned(), cluster_id);
    }
    for name in &from_environment.ignored {
        tracing::info!("{name} configures the Java start scripts and means nothing here");
    }
    let file = arguments.config.as_deref().map_or_else(|| Ok(BTreeMap::new()), read_file)?;
    let mut merged = layers::merge(flags, from_environment.properties, file);
    // An identity to format the storage with, not one of Kafka's configuration keys.
    let cluster_id = merged.remove(CLUSTER_ID);
    let mut config = BrokerConfig::from_properties(merged)?;
    config.cluster_id = cluster_id;
    config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    Ok(config)
}

fn read_file(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    properties::parse(&text).with_context(|| format!("cannot use {}", path.display()))
}
