//! What is measured, in which order.

use std::path::Path;

use anyhow::Context;
use tidemill_client::{Admin, AdminConfig, NewTopic};

use crate::processes::{BrokerProcess, measure};
use crate::report::{Life, Report, Row};

/// Rounds of each pair; the best of a side counts, since noise only ever slows down.
const ROUNDS: usize = 3;
/// Record sizes in bytes, with the number of records: about 300 MB and 600 MB.
const SIZES: [(usize, u64); 2] = [(100, 3_000_000), (1_024, 600_000)];

/// Measures everything and writes the report.
pub(crate) fn run(librdkafka: &str, results: &Path) -> anyhow::Result<()> {
    let native = std::env::current_exe()?.to_str().context("the path is UTF-8")?.to_owned();
    let programs = [("native", native.as_str()), ("librdkafka", librdkafka)];
    let mut report = Report::default();
    for (size_bytes, records) in SIZES {
        for acks in ["1", "all"] {
            measure_pair(&mut report, &programs, Pair { kind: "produce", size_bytes, records, acks })?;
        }
        measure_pair(&mut report, &programs, Pair { kind: "consume", size_bytes, records, acks: "1" })?;
    }
    report.life = Some(life()?);
    report.write(results)
}

#[derive(Clone, Copy)]
struct Pair<'a> {
    kind: &'a str,
    size_bytes: usize,
    records: u64,
    acks: &'a str,
}

/// Measures both clients alternately on fresh brokers.
fn measure_pair(
    report: &mut Report,
    programs: &[(&'static str, &str)],
    pair: Pair<'_>,
) -> anyhow::Result<()> {
    let Pair { kind, size_bytes, records, acks } = pair;
    for round in 0..ROUNDS {
        for (client, program) in programs {
            eprintln!("{kind} {size_bytes} B acks={acks}: {client}, round {} of {ROUNDS}", round + 1);
            let dir = tempfile::tempdir()?;
            let broker = BrokerProcess::start(dir.path())?;
            create_topic(&broker.address)?;
            let (count, size) = (records.to_string(), size_bytes.to_string());
            let arguments =
                |kind| [kind, broker.address.as_str(), "bench", count.as_str(), size.as_str(), acks];
            if kind == "consume" {
                measure(programs[0].1, &arguments("produce"))?;
            }
            let before = broker.cpu()?;
            let measured = measure(program, &arguments(kind))?;
            let broker_cpu = broker.cpu()?.total() - before.total();
            broker.stop()?;
            report.add(Row {
                kind: kind.into(),
                size_bytes,
                acks: acks.into(),
                client,
                measured,
                broker_cpu,
            });
        }
    }
    Ok(())
}

fn create_topic(bootstrap: &str) -> anyhow::Result<()> {
    let admin = Admin::connect(AdminConfig::new(bootstrap))?.blocking();
    let created = admin.create_topics(vec![NewTopic::new("bench", 1)])?;
    for (name, result) in created {
        result.with_context(|| format!("cannot create topic {name}"))?;
    }
    Ok(())
}

/// Start, rest, stop and start again, over a folder that holds data.
fn life() -> anyhow::Result<Life> {
    let dir = tempfile::tempdir()?;
    let fresh = BrokerProcess::start(dir.path())?;
    let first_start = fresh.start_time;
    let idle_bytes = fresh.resident_bytes()?;
    create_topic(&fresh.address)?;
    let native = std::env::current_exe()?;
    let native = native.to_str().context("the path is UTF-8")?;
    measure(native, &["produce", &fresh.address, "bench", "1000000", "100", "all"])?;
    let loaded_bytes = fresh.resident_bytes()?;
    let stop = fresh.stop()?;
    let again = BrokerProcess::start(dir.path())?;
    let restart = again.start_time;
    again.stop()?;
    Ok(Life { first_start, idle_bytes, loaded_bytes, stop, restart })
}
