//! The native client beside librdkafka on the same broker: CPU of the client for each record of 100 B.

use crate::bench::{Bench, create_topic, delete_topic, progress};
use crate::clients::{Load, Ran};
use crate::measure::median;
use crate::peers::{Durability, Peer, Side};
use crate::targets::{NATIVE_CONSUME, NATIVE_PRODUCE};

const GROUP: &str = "native";
const TOPIC: &str = "native";
const RECORD_BYTES: usize = 100;
const RECORDS: u64 = 3_000_000;

/// Whose CPU, and which part of it.
const NAMES: [&str; 2] = ["produce 100 B, µs of CPU each", "consume 100 B, µs of user CPU each"];

pub(super) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    if !NAMES.iter().any(|name| bench.wants(GROUP, name)) {
        return Ok(());
    }
    let dir = bench.folder(GROUP);
    let peer = Peer::create_started(Side::Tidemill, Durability::PageCache, dir.clone())?;
    let mut figures: [Vec<[f64; 2]>; 2] = [Vec::new(), Vec::new()];
    for round in 0..bench.settings.runs {
        let programs = [bench.programs.native.clone(), bench.programs.librdkafka.clone()];
        for (program, figures) in programs.iter().zip(&mut figures) {
            create_topic(&peer, TOPIC, 1)?;
            let (address, records) = (peer.address(), bench.settings.records(RECORDS));
            let load = Load { record_bytes: RECORD_BYTES, records, ..Load::new(&address, TOPIC) };
            let produced = bench.programs.work(program, "produce", load)?;
            let consumed = bench.programs.work(program, "consume", load)?;
            delete_topic(&peer, TOPIC)?;
            let micros = |ran: Ran, seconds: f64| seconds * 1e6 / ran.records as f64;
            figures.push([
                micros(produced, produced.user_seconds + produced.system_seconds),
                micros(consumed, consumed.user_seconds),
            ]);
        }
        progress(&format!(
            "{GROUP}: round {}: {:.3?}",
            round + 1,
            figures.each_ref().map(|side| side.last())
        ));
    }
    drop(peer);
    std::fs::remove_dir_all(dir)?;
    for (index, (name, limit)) in NAMES.into_iter().zip([NATIVE_PRODUCE, NATIVE_CONSUME]).enumerate() {
        let [ours, theirs] = figures
            .each_ref()
            .map(|side| median(side.iter().filter_map(|values| values.get(index).copied()).collect()));
        bench.fact(GROUP, name, [ours, theirs], None);
        bench.hold(GROUP, name, ours, limit);
    }
    Ok(())
}
