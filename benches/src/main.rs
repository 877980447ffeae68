//! Measures Tidemill beside Apache Kafka in one run, with the same neutral clients.
//!
//! ```text
//! tidemill-benches run PERFORMANCE LIBRDKAFKA RESULTS   both brokers, all rows; writes the report, judges the targets
//! tidemill-benches broker DIR PORT FLUSH [KEY=VALUE]    a broker of its own process, until stdin closes
//! tidemill-benches produce|consume BOOTSTRAP TOPIC RECORDS SIZE ACKS     one workload of the native client
//! tidemill-benches drain BOOTSTRAP TOPIC RECORDS PASSES  reads partition 0 and throws it away
//! tidemill-benches sendfile FILE PASSES BUFFER           what the kernel can do
//! ```
//!
//! `clients` are what is run against a broker, `peers` the brokers, `measure` what a run comes to, `rows` what is run,
//! `targets` what must be reached, `report` what is written down. Each workload and each broker is a process, so that
//! its CPU time and memory are its own.

mod bench;
mod clients;
mod clock;
mod loopback;
mod measure;
mod peers;
mod process;
mod report;
mod rows;
mod targets;
mod wire;
mod workload;

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use tidemill_broker::{Broker, BrokerConfig};

use crate::bench::{Bench, Settings, progress};
use crate::clients::{Programs, Ran};

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["run", performance, librdkafka, results] => return run(performance, librdkafka, Path::new(results)),
        ["broker", dir, port, flush, properties @ ..] => broker(dir, port, flush, properties)?,
        [kind @ ("produce" | "consume"), bootstrap, topic, records, size, acks] => {
            let workload = workload::Workload {
                bootstrap: (*bootstrap).to_owned(),
                topic: (*topic).to_owned(),
                records: records.parse().context("RECORDS is a number")?,
                size_bytes: size.parse().context("SIZE is a number")?,
                acks: (*acks).to_owned(),
            };
            print(if *kind == "produce" {
                workload::produce(&workload)
            } else {
                workload::consume(&workload)
            }?)?;
        }
        ["drain", bootstrap, topic, records, passes] => {
            let (records, passes) = (records.parse()?, passes.parse()?);
            print(workload::timed(|| Ok(wire::drain(bootstrap, topic, records, passes)?.records))?)?;
        }
        ["sendfile", file, passes, send_buffer] => {
            let (passes, send_buffer) = (passes.parse()?, send_buffer.parse()?);
            print(workload::timed(|| loopback::send(Path::new(file), passes, send_buffer))?)?;
        }
        _ => bail!("usage: tidemill-benches run PERFORMANCE LIBRDKAFKA RESULTS"),
    }
    Ok(ExitCode::SUCCESS)
}

fn print(ran: Ran) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(&ran)?);
    Ok(())
}

/// Measures all rows; fails if a target is missed. What cannot be measured, a missing peer first of all, is one.
fn run(performance: &str, librdkafka: &str, results: &Path) -> anyhow::Result<ExitCode> {
    let scratch = tempfile::tempdir()?;
    let programs = Programs {
        performance: performance.into(),
        librdkafka: librdkafka.into(),
        native: std::env::current_exe()?,
        scratch: scratch.path().to_owned(),
    };
    let mut bench = Bench::new(Settings::from_environment()?, programs)?;
    for (group, measure) in rows::GROUPS {
        let begun = clock::now();
        if let Err(error) = measure(&mut bench) {
            bench.failed(group, &error);
        }
        progress(&format!("{group}: {:.0} s", begun.elapsed().as_secs_f64()));
    }
    report::write(&bench, results)?;
    println!("{}", std::fs::read_to_string(results)?);
    println!("{}", report::verdict(&bench.targets));
    Ok(if bench.targets.iter().all(targets::Target::is_met) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs a broker until the parent closes stdin.
fn broker(dir: &str, port: &str, flush: &str, properties: &[&str]) -> anyhow::Result<()> {
    let listener = format!("PLAINTEXT://127.0.0.1:{port}");
    let mut pairs: Vec<(&str, &str)> =
        vec![("listeners", &listener), ("log.dirs", dir), ("log.flush.before.ack", flush)];
    for property in properties {
        pairs.push(property.split_once('=').with_context(|| format!("{property} is not KEY=VALUE"))?);
    }
    let pairs = pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let broker = Broker::start(BrokerConfig::from_properties(pairs)?)?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    broker.shutdown();
    Ok(())
}
