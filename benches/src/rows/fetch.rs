//! Fetching: hot and cold, one and many consumers, codecs, and beside what the kernel can do.

use std::path::Path;

use crate::bench::{Bench, Plan, create_topic, progress};
use crate::clients::{Load, Programs};
use crate::measure::{Kind, median, observe};
use crate::peers::{Durability, Pair, Peer, Side};
use crate::targets::OF_SENDFILE;

const GROUP: &str = "fetch";
/// Drops clean pages of the cache; root only.
const DROP_CACHES: &str = "/proc/sys/vm/drop_caches";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Client {
    /// So many processes of librdkafka's program, each reading all.
    Performance(usize),
    Java,
    /// So many readers that throw away what they read, so many times.
    Discarding(usize, u32),
}

use Client::{Discarding, Java, Performance};

/// Data that rows read: topic, codec, partitions, record size, records.
struct Data(&'static str, &'static str, u32, usize, u64);

const KIB: &Data = &Data("kib", "none", 1, 1_024, 1_000_000);
const SMALL: &Data = &Data("small", "none", 1, 100, 4_000_000);
const SPREAD: &Data = &Data("spread", "none", 100, 1_024, 700_000);
const GZIP: &Data = &Data("gzip", "gzip", 1, 1_024, 150_000);
const SNAPPY: &Data = &Data("snappy", "snappy", 1, 1_024, 500_000);
const LZ4: &Data = &Data("lz4", "lz4", 1, 1_024, 500_000);
const ZSTD: &Data = &Data("zstd", "zstd", 1, 1_024, 500_000);
const ALL: &[&Data] = &[KIB, SMALL, SPREAD, GZIP, SNAPPY, LZ4, ZSTD];

/// One row: name, client, data, how many of its records, cold.
struct Case(&'static str, Client, &'static Data, u64, bool);

/// The row that is held against `sendfile`.
const DISCARDED: &str = "1 KiB, hot, discarded";
/// Times that a discarding reader reads the data: it is quick.
const PASSES: u32 = 3;
/// Send buffers that `sendfile` is tried with, the better one counts: the system's own, and Kafka's default.
const SEND_BUFFERS: [u32; 2] = [0, 102_400];

const CASES: &[Case] = &[
    Case(DISCARDED, Discarding(1, PASSES), KIB, 1_000_000, false),
    Case("100 B, hot, discarded", Discarding(1, PASSES), SMALL, 4_000_000, false),
    Case("1 KiB, cold, discarded", Discarding(1, 1), KIB, 1_000_000, true),
    Case("1 KiB, hot, 16 consumers, discarded", Discarding(16, 1), KIB, 400_000, false),
    Case("1 KiB, hot", Performance(1), KIB, 1_000_000, false),
    Case("100 B, hot", Performance(1), SMALL, 4_000_000, false),
    Case("1 KiB, cold", Performance(1), KIB, 1_000_000, true),
    Case("1 KiB, hot, 4 consumers", Performance(4), KIB, 400_000, false),
    Case("1 KiB, hot, 16 consumers", Performance(16), KIB, 100_000, false),
    Case("1 KiB, hot, 100 partitions", Performance(1), SPREAD, 700_000, false),
    Case("1 KiB, hot, Java", Java, KIB, 1_000_000, false),
    Case("1 KiB, gzip", Performance(1), GZIP, 150_000, false),
    Case("1 KiB, snappy", Performance(1), SNAPPY, 500_000, false),
    Case("1 KiB, lz4", Performance(1), LZ4, 500_000, false),
    Case("1 KiB, zstd", Performance(1), ZSTD, 500_000, false),
];

pub(super) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let wanted: Vec<&Case> = CASES.iter().filter(|case| bench.wants(GROUP, case.0)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let pair = bench.warm_pair(Durability::PageCache)?;
    for data in ALL.iter().filter(|data| wanted.iter().any(|case| case.2.0 == data.0)) {
        for side in Side::BOTH {
            prepare(bench, pair.get(side), data)?;
        }
    }
    for case in wanted {
        one(bench, &pair, case);
        if case.0 == DISCARDED {
            beside_sendfile(bench, &pair)?;
        }
    }
    pair.discard()
}

/// Produces what is read: compressible letters where a codec is given, so that batches keep some size.
fn prepare(bench: &Bench, peer: &Peer, data: &Data) -> anyhow::Result<()> {
    let Data(topic, codec, partitions, record_bytes, records) = *data;
    progress(&format!("producing {topic} for {}", peer.side.name()));
    create_topic(peer, topic, partitions)?;
    let (address, records) = (peer.address(), bench.settings.records(records));
    let load = Load { codec, partitions, record_bytes, records, ..Load::new(&address, topic) };
    if codec == "none" {
        bench.programs.produce(load)?
    } else {
        bench.programs.java_produce(load)?
    };
    Ok(())
}

fn one(bench: &mut Bench, pair: &Pair, case: &Case) {
    let Case(name, client, data, records, cold) = *case;
    let Data(topic, _, partitions, record_bytes, _) = *data;
    let records = bench.settings.records(records);
    let label = match client {
        Performance(_) => "rdkafka_performance",
        Java => "ConsumerPerformance",
        Discarding(..) => "discarding reader",
    };
    let plan = Plan { group: GROUP, name: name.into(), client: label, kind: Kind::Fetch, record_bytes };
    bench.compare(pair, plan, |programs: &Programs, peer| {
        if cold {
            drop_caches(&peer.data_dir())?;
        }
        let address = peer.address();
        let load = Load { partitions, record_bytes, records, ..Load::new(&address, topic) };
        observe(peer, || match client {
            Performance(readers) => programs.consume(load, readers),
            Java => programs.java_consume(load),
            Discarding(readers, passes) => programs.drain(load, readers, passes),
        })
    });
}

/// Writes dirty pages out and drops all that are clean; as root only.
fn drop_caches(data_dir: &Path) -> anyhow::Result<()> {
    rustix::fs::sync();
    std::fs::write(DROP_CACHES, "3").map_err(|source| {
        anyhow::anyhow!(
            "cannot drop the cache of {}: {DROP_CACHES}: {source}; run as root",
            data_dir.display()
        )
    })
}

/// Measures what `sendfile` gives for the very file that the row before was served from.
fn beside_sendfile(bench: &mut Bench, pair: &Pair) -> anyhow::Result<()> {
    let Some(row) = bench.rows.iter().rfind(|row| row.name == DISCARDED) else {
        return Ok(());
    };
    let side = |side| row.medians(side).megabytes_per_second;
    let (ours, theirs) = (side(Side::Tidemill), side(Side::Kafka));
    // The stored bytes are the values plus some for each record: both figures count values.
    let file = pair.get(Side::Tidemill).data_dir().join("kib-0").join("00000000000000000000.log");
    let mut limit = 0.0_f64;
    for send_buffer in SEND_BUFFERS {
        let mut rates = Vec::new();
        for _ in 0..bench.settings.runs {
            let ran = bench.programs.send_file(&file, PASSES, send_buffer)?;
            rates.push(ran.records as f64 / 1e6 / ran.seconds);
        }
        limit = limit.max(median(rates) * values_share(bench, &file, pair)?);
    }
    bench.alone(GROUP, "sendfile over loopback, MB/s of values", limit);
    bench.fact(GROUP, "hot 1 KiB discarded, share of sendfile", [ours / limit, theirs / limit], None);
    bench.hold(GROUP, DISCARDED, ours / limit, OF_SENDFILE);
    Ok(())
}

/// The share of values in stored bytes.
fn values_share(bench: &Bench, file: &Path, pair: &Pair) -> anyhow::Result<f64> {
    let stored: u64 = std::fs::read_dir(pair.get(Side::Tidemill).data_dir().join("kib-0"))?
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "log"))
        .filter_map(|entry| entry.metadata().ok())
        .map(|metadata| metadata.len())
        .sum();
    anyhow::ensure!(stored > 0, "{} is empty", file.display());
    let Data(_, _, _, record_bytes, records) = *KIB;
    Ok(bench.settings.records(records) as f64 * record_bytes as f64 / stored as f64)
}
