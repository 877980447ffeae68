//! TxnOffsetCommit: see `group::api::txn_offset_commit`. The transaction's coordinator is asked first.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::txn_offset_commit::{TxnOffsetCommitRequest, TxnOffsetCommitResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::txn_offset_commit;
use crate::transaction::service::{Admission, AdmissionMode};

pub(super) use crate::group::api::txn_offset_commit::VERSIONS;

/// First version whose clients know TRANSACTION_ABORTABLE.
const ABORTABLE_SINCE: i16 = 4;
/// First version that adds the group's partition to the transaction.
const ADDS_SINCE: i16 = 5;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: TxnOffsetCommitRequest,
) -> TxnOffsetCommitResponse {
    let version = context.version;
    let admitted = admit(broker, &request, version).await.map_err(|error| error_for(error, version));
    let image = broker.metadata.image();
    txn_offset_commit::handle(&broker.groups, &*image, request, version, admitted).await
}

async fn admit(
    broker: &BrokerState,
    request: &TxnOffsetCommitRequest,
    version: i16,
) -> Result<i64, ErrorCode> {
    let mode = if version >= ADDS_SINCE { AdmissionMode::Add } else { AdmissionMode::Verify };
    let (topic, index) = broker.offsets_partition(&request.group_id)?;
    let partition =
        broker.partition_by_name(&topic, index).map_err(|_| ErrorCode::CoordinatorNotAvailable)?;
    let admission = Admission {
        transactional_id: request.transactional_id.clone(),
        producer_id: request.producer_id,
        producer_epoch: request.producer_epoch,
        partitions: vec![(topic, index)],
        mode,
    };
    broker.transactions.admit_noting(admission, || partition.with_log(|log| log.end_offset())).await
}

/// The code that clients of this version act upon.
fn error_for(error: ErrorCode, version: i16) -> ErrorCode {
    match error {
        ErrorCode::ProducerFenced => ErrorCode::InvalidProducerEpoch,
        ErrorCode::TransactionAbortable if version < ABORTABLE_SINCE => ErrorCode::InvalidTxnState,
        // About the other coordinator: clients must not look for this one again, only wait.
        ErrorCode::ConcurrentTransactions if version < ADDS_SINCE => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::CoordinatorLoadInProgress | ErrorCode::NotCoordinator => {
            ErrorCode::CoordinatorNotAvailable
        }
        error => error,
    }
}
