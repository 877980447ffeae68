//! Which batches of a produce request may be appended: those whose transaction is open in their partition already, and
//! those that the coordinator vouches for.
//!
//! ```text
//! the partition knows a later epoch          refused, before anybody is asked (KAFKA-19690)
//! the transaction is open in the partition   appended, if it still is then
//! otherwise                                  the coordinator is asked; appended unless a marker came meanwhile
//! ```
//! The log itself refuses what was not admitted, so that no batch opens a transaction that nobody will end (KIP-890).

use std::sync::Arc;

use tidemill_log::{Admission, AppendOrigin};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::BatchHeader;

use super::service::{self, AdmissionMode};
use super::transactional_id::Producer;
use crate::broker_state::BrokerState;
use crate::partition::partition::Partition;

/// First version of Produce whose clients know TRANSACTION_ABORTABLE.
const ABORTABLE_SINCE: i16 = 11;
/// First version of Produce whose partitions are added by the broker.
const ADDS_SINCE: i16 = 12;

/// Whose transaction the batches of one produce request belong to.
#[derive(Debug)]
pub(crate) struct TransactionalProduce {
    version: i16,
    transactional_id: String,
    producer: Option<Producer>,
    /// What the coordinator must vouch for.
    unknown: Vec<Arc<Partition>>,
}

impl TransactionalProduce {
    /// Begins to look at a request in `version`.
    pub(crate) fn new(version: i16, transactional_id: Option<String>) -> Self {
        let transactional_id = transactional_id.unwrap_or_default();
        Self { version, transactional_id, producer: None, unknown: Vec::new() }
    }

    /// Looks at a transactional batch; `None` if the coordinator must be asked about it.
    ///
    /// # Errors
    /// INVALID_PRODUCER_EPOCH if its producer was fenced; INVALID_PRODUCER_ID_MAPPING if the request has two producers.
    pub(crate) fn note(
        &mut self,
        header: &BatchHeader,
        partition: &Arc<Partition>,
    ) -> Result<Option<AppendOrigin>, ErrorCode> {
        let producer = Producer { id: header.producer_id, epoch: header.producer_epoch };
        if *self.producer.get_or_insert(producer) != producer {
            return Err(ErrorCode::InvalidProducerIdMapping);
        }
        let known = partition.with_log(|log| {
            log.producer(producer.id).map(|known| (known.epoch, known.transaction_start.is_some()))
        });
        match known {
            Some((epoch, _)) if producer.epoch < epoch => Err(ErrorCode::InvalidProducerEpoch),
            Some((epoch, true)) if producer.epoch == epoch => Ok(Some(AppendOrigin::Client)),
            _ => {
                self.unknown.push(Arc::clone(partition));
                Ok(None)
            }
        }
    }

    /// Asks the coordinator about the batches that [`Self::note`] could not judge; how to append them, in their order.
    ///
    /// # Errors
    /// The code for all of those batches.
    pub(crate) async fn admit(self, broker: &BrokerState) -> Result<Vec<AppendOrigin>, ErrorCode> {
        let Self { version, transactional_id, producer, unknown } = self;
        let Some(Producer { id: producer_id, epoch: producer_epoch }) =
            producer.filter(|_| !unknown.is_empty())
        else {
            return Ok(Vec::new());
        };
        let partitions =
            unknown.iter().map(|partition| (Arc::clone(partition.topic()), partition.id().index));
        let partitions = partitions.collect();
        let begins_at_zero = version >= ADDS_SINCE;
        let mode = if begins_at_zero { AdmissionMode::Add } else { AdmissionMode::Verify };
        let admission =
            service::Admission { transactional_id, producer_id, producer_epoch, partitions, mode };
        let ends = || unknown.iter().map(|partition| partition.with_log(|log| log.end_offset())).collect();
        let admitted: Result<Vec<i64>, _> = broker.transactions.admit_noting(admission, ends).await;
        let origin = |asked_at| AppendOrigin::AdmittedClient(Admission { asked_at, begins_at_zero });
        admitted
            .map(|ends| ends.into_iter().map(origin).collect())
            .map_err(|error| produce_error(error, version))
    }
}

/// The code that clients of this version of Produce act upon.
fn produce_error(error: ErrorCode, version: i16) -> ErrorCode {
    match error {
        ErrorCode::ProducerFenced => ErrorCode::InvalidProducerEpoch,
        ErrorCode::TransactionAbortable if version < ABORTABLE_SINCE => ErrorCode::InvalidTxnState,
        // Clients try this again without fetching metadata.
        ErrorCode::ConcurrentTransactions if version < ADDS_SINCE => ErrorCode::NotEnoughReplicas,
        ErrorCode::CoordinatorLoadInProgress
        | ErrorCode::CoordinatorNotAvailable
        | ErrorCode::NotCoordinator => ErrorCode::NotEnoughReplicas,
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_gets_the_code_that_its_clients_act_upon() {
        let codes = |error| [10, 11, 12].map(|version| produce_error(error, version));
        use ErrorCode::{ConcurrentTransactions as Concurrent, NotEnoughReplicas as Retry};
        use ErrorCode::{
            InvalidProducerEpoch as Old, InvalidTxnState as Invalid, TransactionAbortable as Abortable,
        };
        assert_eq!(codes(ErrorCode::ProducerFenced), [Old, Old, Old]);
        assert_eq!(codes(ErrorCode::TransactionAbortable), [Invalid, Abortable, Abortable]);
        assert_eq!(codes(ErrorCode::ConcurrentTransactions), [Retry, Retry, Concurrent]);
        assert_eq!(codes(ErrorCode::CoordinatorLoadInProgress), [Retry, Retry, Retry]);
        let other = ErrorCode::InvalidProducerIdMapping;
        assert_eq!(codes(other), [other, other, other]);
    }
}
