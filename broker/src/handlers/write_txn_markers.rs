//! WriteTxnMarkers: ends transactions in single partitions, past their coordinator. Administrators abort hanging
//! transactions with it (KIP-664, `kafka-transactions.sh abort`).

use std::ops::RangeInclusive;
use std::sync::Arc;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerPartitionResult, WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult, WriteTxnMarkersRequest, WriteTxnMarkersResponse,
};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::transaction::markers::{Marker, MarkerInFlight};
use crate::transaction::transactional_id::Producer;

pub(super) const VERSIONS: RangeInclusive<i16> = 1..=2;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: WriteTxnMarkersRequest,
) -> WriteTxnMarkersResponse {
    let mut markers = Vec::with_capacity(request.markers.len());
    for marker in request.markers {
        markers.push(write(broker, marker).await);
    }
    WriteTxnMarkersResponse { markers }
}

async fn write(broker: &BrokerState, request: WritableTxnMarker) -> WritableTxnMarkerResult {
    let marker = Marker {
        producer: Producer { id: request.producer_id, epoch: request.producer_epoch },
        committed: request.transaction_result,
        coordinator_epoch: request.coordinator_epoch,
    };
    // All are handed over before the first is waited for.
    let mut in_flight = Vec::new();
    for topic in request.topics {
        let name: Arc<str> = topic.name.into();
        let mut partitions = Vec::with_capacity(topic.partition_indexes.len());
        for index in topic.partition_indexes {
            let submitted = if marker.coordinator_epoch > broker.metadata_leader_epoch() {
                // No coordinator has it yet: it would fence the one there is, and its transactions stayed open.
                MarkerInFlight::Failed(ErrorCode::InvalidRequest)
            } else {
                broker.submit_marker(&(Arc::clone(&name), index), marker).await
            };
            partitions.push((index, submitted));
        }
        in_flight.push((name, partitions));
    }
    let mut topics = Vec::with_capacity(in_flight.len());
    for (name, in_flight) in in_flight {
        let mut partitions = Vec::with_capacity(in_flight.len());
        for (partition_index, submitted) in in_flight {
            let error = broker.finish_marker(submitted).await.err().unwrap_or(ErrorCode::None);
            partitions.push(WritableTxnMarkerPartitionResult { partition_index, error_code: error.code() });
        }
        topics.push(WritableTxnMarkerTopicResult { name: name.to_string(), partitions });
    }
    WritableTxnMarkerResult { producer_id: request.producer_id, topics }
}
