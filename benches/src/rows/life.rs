//! A fresh broker: start, memory at rest and after a gigabyte, stop, start over what it stored.

use crate::bench::{Bench, create_topic, progress};
use crate::clients::Load;
use crate::measure::median;
use crate::peers::{Durability, Peer, Side};
use crate::targets::{ABSOLUTE_RESIDENT, RESIDENT, START};

const GROUP: &str = "life";
const TOPIC: &str = "lived";

/// One life: what each figure is called, in order.
const NAMES: [&str; 5] = [
    "start, empty, s",
    "resident memory at rest, MB",
    "resident memory after 1 GB of 1 KiB records, MB",
    "graceful stop, s",
    "start over 1 GB, s",
];

pub(super) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    if !NAMES.iter().any(|name| bench.wants(GROUP, name)) {
        return Ok(());
    }
    let mut lives: [Vec<[f64; 5]>; 2] = [Vec::new(), Vec::new()];
    for round in 0..bench.settings.runs {
        for (side, lives) in Side::BOTH.into_iter().zip(&mut lives) {
            let figures = live(bench, side)?;
            progress(&format!("{GROUP}: {} {}: {figures:.3?}", side.name(), round + 1));
            lives.push(figures);
        }
    }
    let [tidemill, kafka] = lives;
    let limits = [Some(START), Some(RESIDENT), Some(RESIDENT), None, Some(START)];
    for (index, (name, limit)) in NAMES.into_iter().zip(limits).enumerate() {
        let of =
            |lives: &[[f64; 5]]| median(lives.iter().filter_map(|life| life.get(index).copied()).collect());
        let values = [of(&tidemill), of(&kafka)];
        bench.fact(GROUP, name, values, limit);
        if index == 2 {
            bench.hold(GROUP, name, values[0], ABSOLUTE_RESIDENT);
        }
    }
    Ok(())
}

fn live(bench: &Bench, side: Side) -> anyhow::Result<[f64; 5]> {
    let dir = bench.folder(GROUP);
    let mut peer = Peer::create(side, Durability::PageCache, dir.clone())?;
    let start = peer.start()?.as_secs_f64();
    let at_rest = peer.usage()?.resident_bytes as f64 / 1e6;
    create_topic(&peer, TOPIC, 1)?;
    let (address, records) = (peer.address(), bench.settings.records(1_000_000));
    bench.programs.produce(Load { record_bytes: 1_024, records, ..Load::new(&address, TOPIC) })?;
    let loaded = peer.usage()?.resident_bytes as f64 / 1e6;
    let stop = peer.stop()?.as_secs_f64();
    let restart = peer.start()?.as_secs_f64();
    drop(peer);
    std::fs::remove_dir_all(dir)?;
    Ok([start, at_rest, loaded, stop, restart])
}
