//! Latency: records at a fixed rate from end to end, and transactions one after the other.

use crate::bench::{Bench, Plan, create_topic, delete_topic};
use crate::clients::Load;
use crate::measure::{Kind, observe};
use crate::peers::{Durability, Pair};

const GROUP: &str = "latency";
const TOPIC: &str = "paced";

/// One row: name, work of `librdkafka.c`, kind, record size, records (6 s at 10,000/s; 1,000 transactions of 100).
struct Case(&'static str, &'static str, Kind, usize, u64);

const CACHED: &[Case] = &[
    Case(
        "end to end, 10,000 records/s of 1 KiB, acks=all, page cache",
        "latency",
        Kind::Paced,
        1_024,
        60_000,
    ),
    Case("transactions of 100 records of 100 B, page cache", "transact", Kind::Transactions, 100, 100_000),
];
const SYNCED: &[Case] = &[
    Case("end to end, 10,000 records/s of 1 KiB, acks=all, synced", "latency", Kind::Paced, 1_024, 60_000),
    Case("transactions of 100 records of 100 B, synced", "transact", Kind::Transactions, 100, 50_000),
];

pub(super) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let cases = [(Durability::PageCache, CACHED), (Durability::Synced, SYNCED)];
    bench.at_each_durability(cases, |bench, case| bench.wants(GROUP, case.0), one)
}

fn one(bench: &mut Bench, pair: &Pair, case: &Case) {
    let Case(name, work, kind, record_bytes, records) = *case;
    // The first second of paced records is not counted: there must be a second one.
    let records = if kind == Kind::Paced {
        bench.settings.records(records).max(20_000)
    } else {
        bench.settings.records(records)
    };
    let plan = Plan { group: GROUP, name: name.into(), client: "librdkafka.c", kind, record_bytes };
    bench.compare(pair, plan, |programs, peer| {
        create_topic(peer, TOPIC, 1)?;
        let address = peer.address();
        let load = Load { record_bytes, records, ..Load::new(&address, TOPIC) };
        let sample = observe(peer, || programs.work(&programs.librdkafka, work, load))?;
        delete_topic(peer, TOPIC)?;
        Ok(sample)
    });
}
