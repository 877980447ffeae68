//! Producer ids in blocks: the end of a block is in metadata before its first id is given out.

use parking_lot::Mutex;

use super::change::Change;
use super::metadata::CommitError;
use crate::broker_state::BrokerState;

/// Ids reserved by one metadata record (Kafka's size of a block).
const BLOCK: i64 = 1_000;

/// The block in use.
#[derive(Debug, Default)]
pub(crate) struct ProducerIds {
    /// The next id and the end (exclusive) of the block it is in.
    block: Mutex<(i64, i64)>,
}

impl ProducerIds {
    /// Gives out an id that nobody had. Blocks on the disk once a block.
    pub(crate) fn next(&self, broker: &BrokerState) -> Result<i64, CommitError> {
        let mut block = self.block.lock();
        if block.0 == block.1 {
            let start = broker.change_metadata(|image| {
                let start = image.producer_ids_end();
                (vec![Change::ProducerIdsReserved { end: start + BLOCK }], start)
            })?;
            *block = (start, start + BLOCK);
        }
        block.0 += 1;
        Ok(block.0 - 1)
    }
}
