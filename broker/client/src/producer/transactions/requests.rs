//! Calls on the wire.
//!
//! The version of a request tells the broker which protocol the producer follows: Produce 12, TxnOffsetCommit 5 and
//! EndTxn 5 belong to version 2 (KIP-890), so version 1 stays below them. AddPartitionsToTxn 4 and above is for brokers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use tidemill_protocol::messages::add_offsets_to_txn::AddOffsetsToTxnRequest;
use tidemill_protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic,
};
use tidemill_protocol::messages::end_txn::EndTxnRequest;
use tidemill_protocol::messages::init_producer_id::InitProducerIdRequest;
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use tidemill_protocol::{ErrorCode, Request};

use super::effects::{Answer, Call, CallEnd, Caller, GroupOffsets, NumberedCall, Protocol};
use crate::TopicPartition;
use crate::cluster::{Cluster, CoordinatorError, CoordinatorLink, CoordinatorOf, Lane};

/// Highest version of AddPartitionsToTxn that is meant for clients.
const ADD_PARTITIONS_LIMIT: i16 = 3;
/// Highest versions of the other APIs in protocol version 1.
const COMMIT_OFFSETS_LIMIT_V1: i16 = 4;
const END_LIMIT_V1: i16 = 4;
const PRODUCE_LIMIT_V1: i16 = 11;

impl Protocol {
    /// Returns the highest version of Produce that belongs to the protocol.
    pub(in crate::producer) fn produce_limit(self) -> i16 {
        match self {
            Self::V1 => PRODUCE_LIMIT_V1,
            Self::V2 => i16::MAX,
        }
    }
}

/// The coordinators of one producer.
#[derive(Debug)]
pub(super) struct Coordinators {
    pub(super) transactional_id: String,
    transaction_timeout_ms: i32,
    cluster: Cluster,
    transactions: CoordinatorLink,
    /// The group that offsets were sent for last.
    group: Mutex<Option<Arc<CoordinatorLink>>>,
}

impl Coordinators {
    /// Makes the links; coordinators are looked for when they are needed.
    pub(super) fn new(transactional_id: String, transaction_timeout_ms: i32, cluster: Cluster) -> Self {
        let of = CoordinatorOf::Transactions;
        let transactions = CoordinatorLink::new(of, transactional_id.clone(), cluster.clone());
        Self { transactional_id, transaction_timeout_ms, cluster, transactions, group: Mutex::new(None) }
    }

    /// Makes one call; `partition_of` names the partition behind a slot.
    pub(super) async fn perform(
        &self,
        numbered: &NumberedCall,
        partition_of: impl Fn(usize) -> TopicPartition,
    ) -> CallEnd {
        let caller = numbered.caller;
        let answered = match &numbered.call {
            Call::Init { recover } => self.init(*recover).await,
            Call::AddPartitions { slots } => {
                let partitions: BTreeSet<TopicPartition> =
                    slots.iter().map(|slot| partition_of(*slot)).collect();
                self.add_partitions(caller, &partitions).await
            }
            Call::AddOffsets { group_id } => self.add_offsets(caller, group_id).await,
            Call::CommitOffsets { offsets } => self.commit_offsets(caller, offsets).await,
            Call::End { committed } => self.end(caller, *committed).await,
        };
        answered.map_or_else(unanswered, CallEnd::Answered)
    }

    async fn init(&self, recover: Option<(i64, i16)>) -> Result<Answer, CoordinatorError> {
        let (producer_id, producer_epoch) = recover.unwrap_or((-1, -1));
        let request = InitProducerIdRequest {
            transactional_id: Some(self.transactional_id.clone()),
            transaction_timeout_ms: self.transaction_timeout_ms,
            producer_id,
            producer_epoch,
        };
        let (answer, transaction_version) = self.ask(&self.transactions, i16::MAX, &request).await?;
        let rows = vec![(ErrorCode::from_code(answer.error_code), None)];
        let identity = Some((answer.producer_id, answer.producer_epoch));
        Ok(Answer { rows, identity, transaction_version })
    }

    async fn add_partitions(
        &self,
        caller: Caller,
        partitions: &BTreeSet<TopicPartition>,
    ) -> Result<Answer, CoordinatorError> {
        let mut topics: Vec<AddPartitionsToTxnTopic> = Vec::new();
        for partition in partitions {
            match topics.last_mut().filter(|topic| *topic.name == *partition.topic) {
                Some(topic) => topic.partitions.push(partition.partition),
                None => topics.push(AddPartitionsToTxnTopic {
                    name: partition.topic.to_string(),
                    partitions: vec![partition.partition],
                }),
            }
        }
        let request = AddPartitionsToTxnRequest {
            v3_and_below_transactional_id: self.transactional_id.clone(),
            v3_and_below_producer_id: caller.producer_id,
            v3_and_below_producer_epoch: caller.epoch,
            v3_and_below_topics: topics,
            ..AddPartitionsToTxnRequest::default()
        };
        let (answer, transaction_version) =
            self.ask(&self.transactions, ADD_PARTITIONS_LIMIT, &request).await?;
        let mut rows = Vec::new();
        for topic in answer.results_by_topic_v3_and_below {
            let name: Arc<str> = Arc::from(topic.name);
            rows.extend(topic.results_by_partition.into_iter().map(|row| {
                let partition = TopicPartition::new(Arc::clone(&name), row.partition_index);
                (ErrorCode::from_code(row.partition_error_code), Some(partition))
            }));
        }
        Ok(Answer { rows, identity: None, transaction_version })
    }

    async fn add_offsets(&self, caller: Caller, group_id: &str) -> Result<Answer, CoordinatorError> {
        let request = AddOffsetsToTxnRequest {
            transactional_id: self.transactional_id.clone(),
            producer_id: caller.producer_id,
            producer_epoch: caller.epoch,
            group_id: group_id.to_owned(),
        };
        let (answer, transaction_version) = self.ask(&self.transactions, i16::MAX, &request).await?;
        let rows = vec![(ErrorCode::from_code(answer.error_code), None)];
        Ok(Answer { rows, identity: None, transaction_version })
    }

    async fn commit_offsets(
        &self,
        caller: Caller,
        offsets: &GroupOffsets,
    ) -> Result<Answer, CoordinatorError> {
        let link = self.group_link(&offsets.group.group_id);
        let limit = if caller.protocol == Protocol::V1 { COMMIT_OFFSETS_LIMIT_V1 } else { i16::MAX };
        let request = self.offset_commit_request(caller, offsets);
        let (answer, transaction_version) = self.ask(&link, limit, &request).await?;
        let mut rows = Vec::new();
        for topic in answer.topics {
            let name: Arc<str> = Arc::from(topic.name);
            rows.extend(topic.partitions.into_iter().map(|row| {
                let partition = TopicPartition::new(Arc::clone(&name), row.partition_index);
                (ErrorCode::from_code(row.error_code), Some(partition))
            }));
        }
        rows.iter().for_each(|(code, _)| link.notice(*code));
        if rows.iter().any(|(code, _)| *code == ErrorCode::RequestTimedOut) {
            link.forget();
        }
        Ok(Answer { rows, identity: None, transaction_version })
    }

    fn offset_commit_request(&self, caller: Caller, offsets: &GroupOffsets) -> TxnOffsetCommitRequest {
        let mut topics: BTreeMap<&str, Vec<TxnOffsetCommitRequestPartition>> = BTreeMap::new();
        for (partition, committed) in &offsets.offsets {
            topics.entry(&partition.topic).or_default().push(TxnOffsetCommitRequestPartition {
                partition_index: partition.partition,
                committed_offset: committed.offset,
                committed_leader_epoch: committed.leader_epoch.unwrap_or(-1),
                committed_metadata: Some(committed.metadata.clone()),
            });
        }
        let topic =
            |(name, partitions): (&str, _)| TxnOffsetCommitRequestTopic { name: name.to_owned(), partitions };
        TxnOffsetCommitRequest {
            transactional_id: self.transactional_id.clone(),
            group_id: offsets.group.group_id.to_string(),
            producer_id: caller.producer_id,
            producer_epoch: caller.epoch,
            generation_id: offsets.group.generation_id,
            member_id: offsets.group.member_id.clone(),
            group_instance_id: offsets.group.group_instance_id.clone(),
            topics: topics.into_iter().map(topic).collect(),
        }
    }

    async fn end(&self, caller: Caller, committed: bool) -> Result<Answer, CoordinatorError> {
        let request = EndTxnRequest {
            transactional_id: self.transactional_id.clone(),
            producer_id: caller.producer_id,
            producer_epoch: caller.epoch,
            committed,
        };
        let limit = if caller.protocol == Protocol::V1 { END_LIMIT_V1 } else { i16::MAX };
        let (answer, transaction_version) = self.ask(&self.transactions, limit, &request).await?;
        let rows = vec![(ErrorCode::from_code(answer.error_code), None)];
        let identity = (answer.producer_id >= 0).then_some((answer.producer_id, answer.producer_epoch));
        Ok(Answer { rows, identity, transaction_version })
    }

    /// Asks a coordinator; also returns the level of `transaction.version` on that connection.
    async fn ask<R: Request + Clone>(
        &self,
        link: &CoordinatorLink,
        limit: i16,
        request: &R,
    ) -> Result<(R::Response, i16), CoordinatorError> {
        let channel = link.channel(Lane::Control).await?;
        let transaction_version = channel.transaction_version();
        let answer = link.call(link.ordinary(limit), |_| request.clone()).await?;
        Ok((answer, transaction_version))
    }

    fn group_link(&self, group_id: &str) -> Arc<CoordinatorLink> {
        let mut group = self.group.lock();
        if let Some(known) = group.as_ref().filter(|known| known.key == group_id) {
            return Arc::clone(known);
        }
        let of = CoordinatorOf::Group;
        let link = Arc::new(CoordinatorLink::new(of, group_id.to_owned(), self.cluster.clone()));
        *group = Some(Arc::clone(&link));
        link
    }

    /// Forgets the transactions' coordinator if `answer` says that it is another broker now.
    pub(super) fn notice(&self, end: &CallEnd) {
        if let CallEnd::Answered(answer) = end {
            answer.rows.iter().for_each(|(code, _)| self.transactions.notice(*code));
        }
    }
}

fn unanswered(error: CoordinatorError) -> CallEnd {
    match error {
        // A refusal to name the coordinator is an answer like any other.
        CoordinatorError::Refused(code) => {
            CallEnd::Answered(Answer { rows: vec![(code, None)], ..Answer::default() })
        }
        CoordinatorError::Unavailable { reason } => CallEnd::Unanswered { reason, retriable: true },
        CoordinatorError::Call(error) => {
            let retriable = error.is_retriable();
            CallEnd::Unanswered { reason: error.to_string(), retriable }
        }
    }
}
