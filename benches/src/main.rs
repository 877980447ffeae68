//! Measures the broker and the native client, beside librdkafka on the same broker in the same run.
//!
//! ```text
//! tidemill-benches run LIBRDKAFKA RESULTS         starts the others, writes the report
//! tidemill-benches broker DIR                     a broker of its own process, until stdin closes
//! tidemill-benches produce|consume BOOTSTRAP TOPIC RECORDS SIZE ACKS     one workload of the native client
//! ```
//!
//! Each workload is a process, so that its CPU time is its own. Machines are shared and noisy: ratios between two
//! columns of one run mean something, absolute figures of different runs do not.

mod processes;
mod report;
mod scenarios;
mod workload;

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use tidemill_broker::{Broker, BrokerConfig};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["run", librdkafka, results] => scenarios::run(librdkafka, Path::new(results)),
        ["broker", dir] => broker(dir),
        [kind @ ("produce" | "consume"), bootstrap, topic, records, size, acks] => {
            let workload = workload::Workload {
                bootstrap: (*bootstrap).to_owned(),
                topic: (*topic).to_owned(),
                records: records.parse().context("RECORDS is a number")?,
                size_bytes: size.parse().context("SIZE is a number")?,
                acks: (*acks).to_owned(),
            };
            let measured = if *kind == "produce" {
                workload::produce(&workload)?
            } else {
                workload::consume(&workload)?
            };
            println!("{}", serde_json::to_string(&measured)?);
            Ok(())
        }
        _ => bail!("usage: tidemill-benches run LIBRDKAFKA RESULTS"),
    }
}

/// Runs a broker until the parent closes stdin.
fn broker(dir: &str) -> anyhow::Result<()> {
    let broker = Broker::start(BrokerConfig::for_tests(Path::new(dir)))?;
    println!("READY kafka={}", broker.address());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    broker.shutdown();
    Ok(())
}
