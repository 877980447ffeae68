//! One file for each Kafka API; the table here is their only registration and what ApiVersions advertises.
//!
//! A handler takes a decoded request and returns a response. It touches no socket and no file: it asks partitions,
//! metadata and coordinators. Errors of a request are data in its response; [`RequestError`] is for what Kafka
//! answers by closing the connection.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use bytes::Bytes;
use tidemill_protocol::{
    ApiKey, DecodeError, EncodeError, Message, Reader, Request, RequestHeader, ResponseHeader, frame,
};

use crate::broker_state::BrokerState;
use crate::network::connection::{Outcome, Pending};
use crate::network::response_writer::EncodedResponse;

mod add_offsets_to_txn;
mod add_partitions_to_txn;
mod alter_configs;
mod alter_partition_reassignments;
mod alter_replica_log_dirs;
mod api_versions;
mod configs;
mod create_acls;
mod create_partitions;
mod create_topics;
mod delete_acls;
mod delete_groups;
mod delete_records;
mod delete_topics;
mod describe_acls;
mod describe_client_quotas;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod describe_log_dirs;
mod describe_producers;
mod describe_quorum;
mod describe_topic_partitions;
mod describe_transactions;
mod describe_user_scram_credentials;
mod elect_leaders;
mod end_txn;
pub(crate) mod errors;
mod fetch;
mod find_coordinator;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leave_group;
mod list_config_resources;
mod list_groups;
mod list_offsets;
mod list_partition_reassignments;
mod list_transactions;
mod metadata;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod offset_for_leader_epoch;
mod produce;
mod sync_group;
mod txn_offset_commit;
mod write_txn_markers;

/// What a handler knows of its connection and request.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    pub(crate) peer: SocketAddr,
    /// The address on this side that the client reached; advertised when the configuration names none.
    pub(crate) local: SocketAddr,
    pub(crate) client_id: Option<Arc<str>>,
    pub(crate) version: i16,
}

impl RequestContext {
    /// Makes the context of a new connection.
    pub(crate) fn new(peer: SocketAddr, local: SocketAddr) -> Self {
        Self { peer, local, client_id: None, version: 0 }
    }
}

/// A request that cannot be answered in its own protocol; Kafka closes the connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// The frame does not begin with a request header of an API that exists.
    #[error("cannot decode the request header")]
    Header(#[source] DecodeError),
    /// The API is unknown or its version not served.
    #[error("api key {api_key} version {api_version} is not supported")]
    Unsupported { api_key: i16, api_version: i16 },
    /// The bytes are not what the version says.
    #[error("cannot decode {api:?} version {version}")]
    Decode { api: ApiKey, version: i16, source: DecodeError },
    /// The response cannot be expressed in the request's version: a bug of the handler.
    #[error("cannot encode the response to {api:?} version {version}")]
    Encode { api: ApiKey, version: i16, source: EncodeError },
    /// A Produce request with acks=0 failed; closing is the only way to tell.
    #[error("produce with acks=0 failed")]
    UnacknowledgedProduce,
}

/// Declares the registry: which APIs are served, in which versions, and by which file.
macro_rules! registry {
    ($($api:ident => $module:path),* $(,)?) => {
        /// The APIs and versions that this broker serves, as ApiVersions tells them.
        pub(crate) fn served() -> Vec<(ApiKey, RangeInclusive<i16>)> {
            let mut served = vec![
                (ApiKey::Produce, produce::ADVERTISED),
                (ApiKey::Fetch, fetch::VERSIONS),
                (ApiKey::ApiVersions, api_versions::VERSIONS),
            ];
            $({ use $module as module; served.push((ApiKey::$api, module::VERSIONS)); })*
            served.sort_by_key(|(key, _)| key.code());
            served
        }

        async fn answer(broker: &BrokerState, context: &RequestContext, call: Call) -> Result<EncodedResponse, RequestError> {
            match call.api {
                ApiKey::Fetch => {
                    let request = call.decode()?;
                    let reply = fetch::handle(broker, context, request).await;
                    call.encode(&reply.response, reply.fillings)
                }
                $(ApiKey::$api => {
                    use $module as module;
                    let request = call.decode_in(&module::VERSIONS)?;
                    let response = module::handle(broker, context, request).await;
                    call.encode(&response, Vec::new())
                })*
                _ => Err(call.unsupported()),
            }
        }
    };
}

registry! {
    Metadata => self::metadata,
    ListOffsets => list_offsets,
    OffsetForLeaderEpoch => offset_for_leader_epoch,
    InitProducerId => init_producer_id,
    CreateTopics => create_topics,
    DeleteTopics => delete_topics,
    CreatePartitions => create_partitions,
    DeleteRecords => delete_records,
    DescribeConfigs => describe_configs,
    AlterConfigs => alter_configs,
    IncrementalAlterConfigs => incremental_alter_configs,
    DescribeCluster => describe_cluster,
    DescribeTopicPartitions => describe_topic_partitions,
    DescribeLogDirs => describe_log_dirs,
    DescribeProducers => describe_producers,
    FindCoordinator => find_coordinator,
    JoinGroup => join_group,
    SyncGroup => sync_group,
    Heartbeat => heartbeat,
    LeaveGroup => leave_group,
    OffsetCommit => offset_commit,
    OffsetFetch => offset_fetch,
    OffsetDelete => offset_delete,
    TxnOffsetCommit => txn_offset_commit,
    DescribeGroups => describe_groups,
    ListGroups => list_groups,
    DeleteGroups => delete_groups,
    AlterPartitionReassignments => alter_partition_reassignments,
    AlterReplicaLogDirs => alter_replica_log_dirs,
    CreateAcls => create_acls,
    DeleteAcls => delete_acls,
    DescribeAcls => describe_acls,
    DescribeClientQuotas => describe_client_quotas,
    DescribeQuorum => describe_quorum,
    DescribeUserScramCredentials => describe_user_scram_credentials,
    ElectLeaders => elect_leaders,
    ListConfigResources => list_config_resources,
    ListPartitionReassignments => list_partition_reassignments,
    AddPartitionsToTxn => add_partitions_to_txn,
    AddOffsetsToTxn => add_offsets_to_txn,
    EndTxn => end_txn,
    WriteTxnMarkers => write_txn_markers,
    DescribeTransactions => describe_transactions,
    ListTransactions => list_transactions,
}

/// Says whether the request in `frame` may overlap with others of its kind (see `network::connection`).
pub(crate) fn overlaps(frame: &Bytes) -> bool {
    frame.first_chunk::<2>().is_some_and(|key| i16::from_be_bytes(*key) == ApiKey::Produce.code())
}

/// Starts the request in `frame`.
///
/// A Produce request has its place in the order of its partitions when this returns; everything else happens in the
/// returned future.
pub(crate) async fn start<'a>(
    broker: &'a BrokerState,
    context: &mut RequestContext,
    frame: Bytes,
) -> Result<Pending<'a>, RequestError> {
    let mut call = Call::read(frame)?;
    #[cfg(test)]
    assert!(call.header.client_id.as_deref() != Some("planted"), "a bug, planted by a test");
    context.version = call.version;
    if context.client_id.as_deref() != call.header.client_id.as_deref() {
        context.client_id = call.header.client_id.as_deref().map(Arc::from);
    }
    match call.api {
        ApiKey::ApiVersions => {
            let response = api_versions::answer(broker, call);
            Ok(Box::pin(async move { outcome(response) }))
        }
        ApiKey::Produce => {
            let request = call.decode()?;
            let submitted = produce::submit(broker, call.version, request).await;
            call.forget_body();
            Ok(Box::pin(async move {
                match submitted.answer(broker).await {
                    produce::Answer::Respond(response) => outcome(call.encode(&response, Vec::new())),
                    produce::Answer::Silence => Outcome::Silence,
                    produce::Answer::Close => Outcome::Close(RequestError::UnacknowledgedProduce),
                }
            }))
        }
        _ => {
            let context = context.clone();
            Ok(Box::pin(async move { outcome(answer(broker, &context, call).await) }))
        }
    }
}

fn outcome(response: Result<EncodedResponse, RequestError>) -> Outcome {
    match response {
        Ok(response) => Outcome::Respond(response),
        Err(error) => Outcome::Close(error),
    }
}

/// A request whose header was read.
struct Call {
    api: ApiKey,
    version: i16,
    header: RequestHeader,
    body: Reader,
}

impl Call {
    fn read(frame: Bytes) -> Result<Self, RequestError> {
        let mut body = Reader::new(frame);
        let header = RequestHeader::decode(&mut body).map_err(RequestError::Header)?;
        Ok(Self { api: header.api_key, version: header.api_version, header, body })
    }

    /// Lets go of the request's bytes, whose memory the connection can use again once they are written.
    fn forget_body(&mut self) {
        self.body = Reader::new(Bytes::new());
    }

    fn decode<R: Request>(&self) -> Result<R, RequestError> {
        self.decode_in::<R>(&R::VERSIONS)
    }

    fn decode_in<R: Request>(&self, served: &RangeInclusive<i16>) -> Result<R, RequestError> {
        if !served.contains(&self.version) {
            return Err(self.unsupported());
        }
        let mut reader = self.body.clone();
        // What follows the last field is ignored, as Kafka does: librdkafka sends such bytes with Metadata version 13.
        R::decode(&mut reader, self.version).map_err(|source| RequestError::Decode {
            api: self.api,
            version: self.version,
            source,
        })
    }

    fn encode<R: Message>(
        &self,
        response: &R,
        fillings: Vec<Vec<tidemill_log::Chunk>>,
    ) -> Result<EncodedResponse, RequestError> {
        self.encode_as(response, self.version, fillings)
    }

    fn encode_as<R: Message>(
        &self,
        response: &R,
        version: i16,
        fillings: Vec<Vec<tidemill_log::Chunk>>,
    ) -> Result<EncodedResponse, RequestError> {
        let header = ResponseHeader { correlation_id: self.header.correlation_id };
        let frame = frame::encode_response(header, self.api, version, response)
            .map_err(|source| RequestError::Encode { api: self.api, version, source })?;
        Ok(EncodedResponse { frame, fillings })
    }

    fn unsupported(&self) -> RequestError {
        RequestError::Unsupported { api_key: self.api.code(), api_version: self.version }
    }
}
