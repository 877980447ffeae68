//! The requests of a transactional producer, one by one, in both protocol versions.

use std::collections::BTreeMap;
use std::io;

use bytes::Bytes;
use tidemill_protocol::messages::add_offsets_to_txn::AddOffsetsToTxnRequest;
use tidemill_protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic,
};
use tidemill_protocol::messages::end_txn::{EndTxnRequest, EndTxnResponse};
use tidemill_protocol::messages::init_producer_id::InitProducerIdRequest;
use tidemill_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use tidemill_protocol::records::{BatchBuilder, BatchOptions, ProducerIdentity};
use tidemill_protocol::{ErrorCode, Records};

use super::{Wire, until_done, until_settled};

const TRANSACTION_TIMEOUT_MS: i32 = 600_000;

/// Which transaction protocol a producer speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Partitions are added before they are written; the epoch stays.
    V1,
    /// Writing adds; each transaction has an epoch of its own (KIP-890).
    V2,
}

impl Protocol {
    /// The two in turn.
    pub(crate) fn of_round(round: u64) -> Self {
        if round.is_multiple_of(2) { Self::V2 } else { Self::V1 }
    }

    fn produce_version(self) -> i16 {
        if self == Self::V1 { 11 } else { 12 }
    }

    pub(crate) fn end_version(self) -> i16 {
        if self == Self::V1 { 4 } else { 5 }
    }

    fn offsets_version(self) -> i16 {
        if self == Self::V1 { 4 } else { 5 }
    }
}

/// One incarnation of a transactional producer.
#[derive(Debug, Clone)]
pub(crate) struct Incarnation {
    pub(crate) protocol: Protocol,
    pub(crate) transactional_id: String,
    pub(crate) producer_id: i64,
    pub(crate) epoch: i16,
    /// Next sequence number of each partition.
    sequences: BTreeMap<(String, i32), i32>,
    /// Partitions of the running transaction (protocol 1).
    added: Vec<(String, i32)>,
}

impl Incarnation {
    /// Begins a new incarnation: fences those before it.
    pub(crate) fn begin(wire: &mut Wire, transactional_id: &str, protocol: Protocol) -> Self {
        wire.find_transaction_coordinator(transactional_id);
        let request = InitProducerIdRequest {
            transactional_id: Some(transactional_id.to_owned()),
            transaction_timeout_ms: TRANSACTION_TIMEOUT_MS,
            producer_id: -1,
            producer_epoch: -1,
        };
        let mut identity = (-1, -1);
        until_done(|| {
            let response = wire.call(&request, 5);
            identity = (response.producer_id, response.producer_epoch);
            ErrorCode::from_code(response.error_code)
        });
        Self {
            protocol,
            transactional_id: transactional_id.to_owned(),
            producer_id: identity.0,
            epoch: identity.1,
            sequences: BTreeMap::new(),
            added: Vec::new(),
        }
    }

    /// Adds a partition to the transaction (protocol 1).
    pub(crate) fn add(&mut self, wire: &mut Wire, topic: &str, partitions: &[i32]) -> ErrorCode {
        let topics =
            vec![AddPartitionsToTxnTopic { name: topic.to_owned(), partitions: partitions.to_vec() }];
        let request = AddPartitionsToTxnRequest {
            v3_and_below_transactional_id: self.transactional_id.clone(),
            v3_and_below_producer_id: self.producer_id,
            v3_and_below_producer_epoch: self.epoch,
            v3_and_below_topics: topics,
            ..AddPartitionsToTxnRequest::default()
        };
        until_settled(|| {
            let response = wire.call(&request, 3);
            ErrorCode::from_code(
                response.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code,
            )
        })
    }

    /// The request that writes `values` to a partition, as this incarnation would send it now.
    pub(crate) fn produce_request(&self, topic: &str, partition: i32, values: &[u64]) -> ProduceRequest {
        let sequence = self.sequences.get(&(topic.to_owned(), partition)).copied().unwrap_or(0);
        let options = BatchOptions {
            producer: Some(ProducerIdentity {
                id: self.producer_id,
                epoch: self.epoch,
                base_sequence: sequence,
            }),
            transactional: true,
            ..BatchOptions::default()
        };
        let mut builder = BatchBuilder::new(options);
        for value in values {
            let value = value.to_string();
            builder.try_append(1_000, None, Some(value.as_bytes()), &[]).expect("the batch has room");
        }
        let records: Bytes = builder.build().unwrap();
        let partition_data =
            vec![PartitionProduceData { index: partition, records: Some(Records::Inline(records)) }];
        let topic_data =
            vec![TopicProduceData { name: topic.to_owned(), partition_data, ..TopicProduceData::default() }];
        ProduceRequest {
            transactional_id: Some(self.transactional_id.clone()),
            acks: -1,
            timeout_ms: 30_000,
            topic_data,
        }
    }

    /// Sends a request of [`Self::produce_request`].
    pub(crate) fn send_produce(&self, wire: &mut Wire, request: &ProduceRequest) -> ErrorCode {
        until_settled(|| {
            let response = wire.call(request, self.protocol.produce_version());
            ErrorCode::from_code(response.responses[0].partition_responses[0].error_code)
        })
    }

    /// Writes `values` in the running transaction.
    pub(crate) fn write(
        &mut self,
        wire: &mut Wire,
        topic: &str,
        partition: i32,
        values: &[u64],
    ) -> ErrorCode {
        let place = (topic.to_owned(), partition);
        if self.protocol == Protocol::V1 && !self.added.contains(&place) {
            let code = self.add(wire, topic, &[partition]);
            if code != ErrorCode::None {
                return code;
            }
            self.added.push(place.clone());
        }
        let request = self.produce_request(topic, partition, values);
        let code = self.send_produce(wire, &request);
        if code == ErrorCode::None {
            *self.sequences.entry(place).or_insert(0) += i32::try_from(values.len()).unwrap();
        }
        code
    }

    /// Commits a group's offset of partition 0 of `topic` in the running transaction.
    pub(crate) fn write_offset(
        &mut self,
        wire: &mut Wire,
        group: &str,
        topic: &str,
        offset: i64,
    ) -> ErrorCode {
        if self.protocol == Protocol::V1 {
            let code = self.add_offsets(wire, group);
            if code != ErrorCode::None {
                return code;
            }
        }
        let partition = TxnOffsetCommitRequestPartition {
            partition_index: 0,
            committed_offset: offset,
            ..TxnOffsetCommitRequestPartition::default()
        };
        let topics =
            vec![TxnOffsetCommitRequestTopic { name: topic.to_owned(), partitions: vec![partition] }];
        let request = TxnOffsetCommitRequest {
            transactional_id: self.transactional_id.clone(),
            group_id: group.to_owned(),
            producer_id: self.producer_id,
            producer_epoch: self.epoch,
            topics,
            ..TxnOffsetCommitRequest::default()
        };
        let version = self.protocol.offsets_version();
        until_settled(|| {
            ErrorCode::from_code(wire.call(&request, version).topics[0].partitions[0].error_code)
        })
    }

    fn add_offsets(&self, wire: &mut Wire, group: &str) -> ErrorCode {
        let request = AddOffsetsToTxnRequest {
            transactional_id: self.transactional_id.clone(),
            producer_id: self.producer_id,
            producer_epoch: self.epoch,
            group_id: group.to_owned(),
        };
        until_settled(|| ErrorCode::from_code(wire.call(&request, 3).error_code))
    }

    /// The request that ends the running transaction.
    pub(crate) fn end_request(&self, committed: bool) -> EndTxnRequest {
        EndTxnRequest {
            transactional_id: self.transactional_id.clone(),
            producer_id: self.producer_id,
            producer_epoch: self.epoch,
            committed,
        }
    }

    /// Ends the running transaction; the broker may die meanwhile.
    pub(crate) fn try_end(&mut self, wire: &mut Wire, committed: bool) -> io::Result<ErrorCode> {
        let request = self.end_request(committed);
        let version = self.protocol.end_version();
        let mut lost = None;
        let code = until_settled(|| match wire.try_call(&request, version) {
            Ok(response) => {
                self.note_end(&response);
                ErrorCode::from_code(response.error_code)
            }
            Err(error) => {
                lost = Some(error);
                ErrorCode::NetworkException
            }
        });
        lost.map_or(Ok(code), Err)
    }

    /// Ends the running transaction.
    pub(crate) fn end(&mut self, wire: &mut Wire, committed: bool) -> ErrorCode {
        self.try_end(wire, committed).unwrap()
    }

    fn note_end(&mut self, response: &EndTxnResponse) {
        if response.error_code != 0 {
            return;
        }
        self.added.clear();
        if self.protocol == Protocol::V2 {
            if (response.producer_id, response.producer_epoch) != (self.producer_id, self.epoch) {
                self.sequences.clear();
            }
            (self.producer_id, self.epoch) = (response.producer_id, response.producer_epoch);
        }
    }
}
