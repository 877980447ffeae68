//! Many of something: 10,000 partitions, 5,000 idle connections.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, ensure};
use tidemill_client::{NewTopic, OffsetSpec, TopicPartition};

use crate::bench::{Bench, admin, progress};
use crate::peers::{Durability, Peer, Side};
use crate::targets::{CONNECTION, CREATED, MANY_DESCRIPTORS, MANY_RESIDENT, SERVED};
use crate::{clock, wire};

const GROUP: &str = "many";
/// Kafka takes up to 10,000 partitions in one request, but not both sides within its time limit: a tenth at a time.
const TOPICS: i32 = 10;
const PARTITIONS: i32 = 1_000;
const CONNECTIONS: usize = 5_000;

const PARTITION_NAMES: [&str; 5] = [
    "10,000 partitions created, s",
    "10,000 partitions, resident MB",
    "10,000 partitions, descriptors",
    "10,000 partitions, restart to all served, s",
    "10,000 partitions, resident MB after the restart",
];
const CONNECTION_NAME: &str = "5,000 idle connections, KiB each";

pub(super) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    if PARTITION_NAMES.iter().any(|name| bench.wants(GROUP, name)) {
        let [tidemill, kafka] = [partitions(bench, Side::Tidemill)?, partitions(bench, Side::Kafka)?];
        let limits = [CREATED, MANY_RESIDENT, MANY_DESCRIPTORS, SERVED, MANY_RESIDENT];
        for (((name, limit), ours), theirs) in
            PARTITION_NAMES.into_iter().zip(limits).zip(tidemill).zip(kafka)
        {
            bench.fact(GROUP, name, [ours, theirs], None);
            bench.hold(GROUP, name, ours, limit);
        }
    }
    if bench.wants(GROUP, CONNECTION_NAME) {
        let values = [connections(bench, Side::Tidemill)?, connections(bench, Side::Kafka)?];
        bench.fact(GROUP, CONNECTION_NAME, values, None);
        bench.hold(GROUP, CONNECTION_NAME, values[0], CONNECTION);
    }
    Ok(())
}

fn partitions(bench: &Bench, side: Side) -> anyhow::Result<[f64; 5]> {
    progress(&format!("{GROUP}: 10,000 partitions for {}", side.name()));
    let dir = bench.folder(GROUP);
    let mut peer = Peer::create_started(side, Durability::PageCache, dir.clone())?;
    let begun = clock::now();
    let creator = admin(&peer)?;
    for topic in 0..TOPICS {
        for (name, result) in creator.create_topics(vec![NewTopic::new(name(topic), PARTITIONS)])? {
            result.with_context(|| format!("cannot create {name}"))?;
        }
    }
    all_served(&peer)?;
    let created = begun.elapsed().as_secs_f64();
    let loaded = peer.usage()?;
    peer.stop()?;
    let begun = clock::now();
    peer.start()?;
    all_served(&peer)?;
    let served = begun.elapsed().as_secs_f64();
    let again = peer.usage()?;
    drop(peer);
    std::fs::remove_dir_all(dir)?;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let descriptors = loaded.descriptors.max(again.descriptors) as f64;
    Ok([created, megabytes(loaded.resident_bytes), descriptors, served, megabytes(again.resident_bytes)])
}

fn name(topic: i32) -> String {
    format!("many-{topic}")
}

/// Returns once each partition has told its end offset.
fn all_served(peer: &Peer) -> anyhow::Result<()> {
    let every = |topic: i32| (0..PARTITIONS).map(move |index| TopicPartition::new(name(topic), index));
    let wanted: BTreeMap<TopicPartition, OffsetSpec> =
        (0..TOPICS).flat_map(every).map(|partition| (partition, OffsetSpec::Latest)).collect();
    let admin = admin(peer)?;
    clock::until(Duration::from_secs(180), Duration::from_millis(20), || {
        let Ok(results) = admin.list_offsets(&wanted) else {
            return Ok(None);
        };
        let served = results.len() == wanted.len() && results.iter().all(|(_, result)| result.is_ok());
        Ok(served.then_some(()))
    })
    .context("not all partitions are served")
}

/// Memory for each of many connections that asked one thing and then rest.
fn connections(bench: &Bench, side: Side) -> anyhow::Result<f64> {
    progress(&format!("{GROUP}: {CONNECTIONS} idle connections for {}", side.name()));
    let dir = bench.folder(GROUP);
    let peer = Peer::create_started(side, Durability::PageCache, dir.clone())?;
    let address = peer.address();
    let open = |count: usize| -> anyhow::Result<Vec<TcpStream>> {
        (0..count)
            .map(|_| {
                let mut stream = wire::connect(&address)?;
                wire::ask_versions(&mut stream)?;
                Ok(stream)
            })
            .collect()
    };
    // What the first connections cost once is not theirs.
    drop(open(100)?);
    let before = peer.usage()?;
    let held = open(CONNECTIONS)?;
    let after = peer.usage()?;
    ensure!(after.descriptors >= CONNECTIONS, "connections were closed: {} descriptors", after.descriptors);
    drop(held);
    drop(peer);
    std::fs::remove_dir_all(dir)?;
    Ok(after.resident_bytes.saturating_sub(before.resident_bytes) as f64 / 1_024.0 / CONNECTIONS as f64)
}
