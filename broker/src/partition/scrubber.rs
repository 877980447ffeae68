//! The scrub's thread: walks over the closed segments of all logs, slowly, again and again.

use std::sync::Arc;
use std::time::Duration;

use tidemill_log::{ScrubError, SegmentToScrub};

use super::io_pace::IoPace;
use super::partition::Partition;
use crate::broker_state::BrokerState;
use crate::config::background_config::ScrubConfig;
use crate::error_chain::chain;

/// Longest time from the start of the broker to the first walk.
const FIRST_WALK: Duration = Duration::from_mins(10);

/// Rest before another look at a configuration that turns the scrub off.
const OFF: Duration = Duration::from_mins(1);

pub(super) struct Scrubber {
    broker: Arc<BrokerState>,
    pace: Arc<IoPace>,
}

impl Scrubber {
    pub(super) fn new(broker: Arc<BrokerState>, pace: Arc<IoPace>) -> Self {
        Self { broker, pace }
    }

    fn config(&self) -> Option<(Duration, f64)> {
        let image = self.broker.metadata.image();
        let config = ScrubConfig::new(self.broker.layers(&image))
            .inspect_err(|error| tracing::error!(%error, "the scrub rests until its configuration is right"));
        let config = config.ok()?;
        config.interval.map(|interval| (interval, config.bytes_per_second))
    }

    /// Walks until the broker stops.
    pub(super) fn run(&self) {
        let first = self.config().map_or(OFF, |(interval, _)| interval.min(FIRST_WALK));
        let mut rest = first;
        while self.pace.rest(rest) {
            let Some((interval, bytes_per_second)) = self.config() else {
                rest = OFF;
                continue;
            };
            if !self.walk(bytes_per_second) {
                return;
            }
            rest = interval;
        }
    }

    /// One walk over all logs; `false` if the broker stops.
    fn walk(&self, bytes_per_second: f64) -> bool {
        let metrics = &self.broker.metrics.cleaner;
        let mut damaged = 0;
        for partition in self.broker.partitions.all() {
            let mut offset = 0;
            while let Some(segment) = next_segment(&partition, offset) {
                offset = segment.end_offset();
                let mut pace = |bytes| {
                    metrics.bytes_scrubbed.inc_by(bytes);
                    self.pace.spend(bytes, bytes_per_second, || !partition.is_closed())
                };
                match segment.verify(&mut pace) {
                    Ok(found) if found.is_empty() => {}
                    Ok(found) => report(&partition, &segment, found),
                    Err(ScrubError::Stopped) if partition.is_closed() => break,
                    Err(ScrubError::Stopped) => return false,
                    Err(error) => {
                        tracing::error!(topic = %partition.topic(), partition = partition.id().index,
                        error = chain(&error), "cannot read a segment again")
                    }
                }
            }
            damaged += partition.with_log(|log| log.damaged_batches().count());
        }
        metrics.damaged_batches.set(i64::try_from(damaged).unwrap_or(i64::MAX));
        metrics.walks.inc();
        true
    }
}

fn next_segment(partition: &Partition, offset: i64) -> Option<SegmentToScrub> {
    if partition.is_closed() {
        return None;
    }
    match partition.with_log(|log| log.segment_to_scrub(offset)) {
        Ok(segment) => segment,
        Err(error) => {
            tracing::error!(topic = %partition.topic(), partition = partition.id().index,
                error = chain(&error), "cannot open a segment to read it again");
            None
        }
    }
}

/// Tells of damage, and lets the log refuse it. Damage that is known was told of before.
fn report(partition: &Partition, segment: &SegmentToScrub, found: Vec<tidemill_log::DamagedBatch>) {
    let told = found.clone();
    if partition.with_log_mut(|log| log.note_damage(segment, found)) == 0 {
        return;
    }
    for batch in told {
        tracing::error!(topic = %partition.topic(), partition = partition.id().index,
            path = %batch.path.display(), position = batch.position, offset = batch.offset, reason = batch.reason,
            "a stored batch is damaged: reads of it are refused");
    }
}
