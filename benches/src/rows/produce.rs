//! Producing: record sizes, acknowledgements, durability, partitions, codecs.

use crate::bench::{Bench, Plan, create_topic, delete_topic};
use crate::clients::Load;
use crate::measure::{Kind, observe};
use crate::peers::{Durability, Pair};

const GROUP: &str = "produce";
const TOPIC: &str = "produced";

#[derive(Debug, Clone, Copy)]
enum Client {
    Performance,
    Java,
}

/// One row: name, client, acks, codec, partitions, record size, records.
struct Case(&'static str, Client, &'static str, &'static str, u32, usize, u64);

use Client::{Java, Performance};

/// Both write into the page cache: as Kafka does by default.
const CACHED: &[Case] = &[
    Case("100 B, acks=1, page cache", Performance, "1", "none", 1, 100, 4_000_000),
    Case("100 B, acks=all, page cache", Performance, "all", "none", 1, 100, 4_000_000),
    Case("1 KiB, acks=1, page cache", Performance, "1", "none", 1, 1_024, 1_000_000),
    Case(crate::targets::ABSOLUTE_ROW, Performance, "all", "none", 1, 1_024, 1_000_000),
    Case("100 B, acks=all, 100 partitions", Performance, "all", "none", 100, 100, 3_000_000),
    Case("1 KiB, acks=all, 100 partitions", Performance, "all", "none", 100, 1_024, 700_000),
    Case("100 B, acks=all, Java", Java, "all", "none", 1, 100, 3_000_000),
    Case("1 KiB, acks=all, Java", Java, "all", "none", 1, 1_024, 500_000),
    Case("1 KiB, gzip", Java, "all", "gzip", 1, 1_024, 100_000),
    Case("1 KiB, snappy", Java, "all", "snappy", 1, 1_024, 400_000),
    Case("1 KiB, lz4", Java, "all", "lz4", 1, 1_024, 400_000),
    Case("1 KiB, zstd", Java, "all", "zstd", 1, 1_024, 300_000),
];

/// Both sync before they acknowledge.
const SYNCED: &[Case] = &[
    Case("100 B, acks=all, synced", Performance, "all", "none", 1, 100, 2_000_000),
    Case("1 KiB, acks=all, synced", Performance, "all", "none", 1, 1_024, 400_000),
    Case("1 KiB, acks=all, synced, 100 partitions", Performance, "all", "none", 100, 1_024, 200_000),
];

pub(super) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let cases = [(Durability::PageCache, CACHED), (Durability::Synced, SYNCED)];
    bench.at_each_durability(cases, |bench, case| bench.wants(GROUP, case.0), one)
}

fn one(bench: &mut Bench, pair: &Pair, case: &Case) {
    let Case(name, client, acks, codec, partitions, record_bytes, records) = *case;
    let records = bench.settings.records(records);
    let label = match client {
        Performance => "rdkafka_performance",
        Java => "ProducerPerformance",
    };
    let plan = Plan { group: GROUP, name: name.into(), client: label, kind: Kind::Produce, record_bytes };
    bench.compare(pair, plan, |programs, peer| {
        create_topic(peer, TOPIC, partitions)?;
        let address = peer.address();
        let load = Load { acks, codec, partitions, record_bytes, records, ..Load::new(&address, TOPIC) };
        let sample = observe(peer, || match client {
            Performance => programs.produce(load),
            Java => programs.java_produce(load),
        })?;
        delete_topic(peer, TOPIC)?;
        Ok(sample)
    });
}
