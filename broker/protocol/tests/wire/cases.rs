//! Every message.
//!
//! Written by `tidemill-protocol-generator` from `schemas/`; edits are overwritten.

use tidemill_protocol::messages;

use super::round_trip::{Case, decode_only, our_codec};

/// One case per message.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "AddOffsetsToTxnRequest",
        decode: decode_only::<messages::AddOffsetsToTxnRequest>,
        ours: our_codec::<messages::AddOffsetsToTxnRequest>,
    },
    Case {
        name: "AddOffsetsToTxnResponse",
        decode: decode_only::<messages::AddOffsetsToTxnResponse>,
        ours: our_codec::<messages::AddOffsetsToTxnResponse>,
    },
    Case {
        name: "AddPartitionsToTxnRequest",
        decode: decode_only::<messages::AddPartitionsToTxnRequest>,
        ours: our_codec::<messages::AddPartitionsToTxnRequest>,
    },
    Case {
        name: "AddPartitionsToTxnResponse",
        decode: decode_only::<messages::AddPartitionsToTxnResponse>,
        ours: our_codec::<messages::AddPartitionsToTxnResponse>,
    },
    Case {
        name: "AlterClientQuotasRequest",
        decode: decode_only::<messages::AlterClientQuotasRequest>,
        ours: our_codec::<messages::AlterClientQuotasRequest>,
    },
    Case {
        name: "AlterClientQuotasResponse",
        decode: decode_only::<messages::AlterClientQuotasResponse>,
        ours: our_codec::<messages::AlterClientQuotasResponse>,
    },
    Case {
        name: "AlterConfigsRequest",
        decode: decode_only::<messages::AlterConfigsRequest>,
        ours: our_codec::<messages::AlterConfigsRequest>,
    },
    Case {
        name: "AlterConfigsResponse",
        decode: decode_only::<messages::AlterConfigsResponse>,
        ours: our_codec::<messages::AlterConfigsResponse>,
    },
    Case {
        name: "AlterPartitionReassignmentsRequest",
        decode: decode_only::<messages::AlterPartitionReassignmentsRequest>,
        ours: our_codec::<messages::AlterPartitionReassignmentsRequest>,
    },
    Case {
        name: "AlterPartitionReassignmentsResponse",
        decode: decode_only::<messages::AlterPartitionReassignmentsResponse>,
        ours: our_codec::<messages::AlterPartitionReassignmentsResponse>,
    },
    Case {
        name: "AlterReplicaLogDirsRequest",
        decode: decode_only::<messages::AlterReplicaLogDirsRequest>,
        ours: our_codec::<messages::AlterReplicaLogDirsRequest>,
    },
    Case {
        name: "AlterReplicaLogDirsResponse",
        decode: decode_only::<messages::AlterReplicaLogDirsResponse>,
        ours: our_codec::<messages::AlterReplicaLogDirsResponse>,
    },
    Case {
        name: "AlterShareGroupOffsetsRequest",
        decode: decode_only::<messages::AlterShareGroupOffsetsRequest>,
        ours: our_codec::<messages::AlterShareGroupOffsetsRequest>,
    },
    Case {
        name: "AlterShareGroupOffsetsResponse",
        decode: decode_only::<messages::AlterShareGroupOffsetsResponse>,
        ours: our_codec::<messages::AlterShareGroupOffsetsResponse>,
    },
    Case {
        name: "AlterUserScramCredentialsRequest",
        decode: decode_only::<messages::AlterUserScramCredentialsRequest>,
        ours: our_codec::<messages::AlterUserScramCredentialsRequest>,
    },
    Case {
        name: "AlterUserScramCredentialsResponse",
        decode: decode_only::<messages::AlterUserScramCredentialsResponse>,
        ours: our_codec::<messages::AlterUserScramCredentialsResponse>,
    },
    Case {
        name: "ApiVersionsRequest",
        decode: decode_only::<messages::ApiVersionsRequest>,
        ours: our_codec::<messages::ApiVersionsRequest>,
    },
    Case {
        name: "ApiVersionsResponse",
        decode: decode_only::<messages::ApiVersionsResponse>,
        ours: our_codec::<messages::ApiVersionsResponse>,
    },
    Case {
        name: "ConsumerGroupDescribeRequest",
        decode: decode_only::<messages::ConsumerGroupDescribeRequest>,
        ours: our_codec::<messages::ConsumerGroupDescribeRequest>,
    },
    Case {
        name: "ConsumerGroupDescribeResponse",
        decode: decode_only::<messages::ConsumerGroupDescribeResponse>,
        ours: our_codec::<messages::ConsumerGroupDescribeResponse>,
    },
    Case {
        name: "ConsumerGroupHeartbeatRequest",
        decode: decode_only::<messages::ConsumerGroupHeartbeatRequest>,
        ours: our_codec::<messages::ConsumerGroupHeartbeatRequest>,
    },
    Case {
        name: "ConsumerGroupHeartbeatResponse",
        decode: decode_only::<messages::ConsumerGroupHeartbeatResponse>,
        ours: our_codec::<messages::ConsumerGroupHeartbeatResponse>,
    },
    Case {
        name: "ConsumerGroupCurrentMemberAssignmentKey",
        decode: decode_only::<messages::ConsumerGroupCurrentMemberAssignmentKey>,
        ours: our_codec::<messages::ConsumerGroupCurrentMemberAssignmentKey>,
    },
    Case {
        name: "ConsumerGroupCurrentMemberAssignmentValue",
        decode: decode_only::<messages::ConsumerGroupCurrentMemberAssignmentValue>,
        ours: our_codec::<messages::ConsumerGroupCurrentMemberAssignmentValue>,
    },
    Case {
        name: "ConsumerGroupMemberMetadataKey",
        decode: decode_only::<messages::ConsumerGroupMemberMetadataKey>,
        ours: our_codec::<messages::ConsumerGroupMemberMetadataKey>,
    },
    Case {
        name: "ConsumerGroupMemberMetadataValue",
        decode: decode_only::<messages::ConsumerGroupMemberMetadataValue>,
        ours: our_codec::<messages::ConsumerGroupMemberMetadataValue>,
    },
    Case {
        name: "ConsumerGroupMetadataKey",
        decode: decode_only::<messages::ConsumerGroupMetadataKey>,
        ours: our_codec::<messages::ConsumerGroupMetadataKey>,
    },
    Case {
        name: "ConsumerGroupMetadataValue",
        decode: decode_only::<messages::ConsumerGroupMetadataValue>,
        ours: our_codec::<messages::ConsumerGroupMetadataValue>,
    },
    Case {
        name: "ConsumerGroupPartitionMetadataKey",
        decode: decode_only::<messages::ConsumerGroupPartitionMetadataKey>,
        ours: our_codec::<messages::ConsumerGroupPartitionMetadataKey>,
    },
    Case {
        name: "ConsumerGroupPartitionMetadataValue",
        decode: decode_only::<messages::ConsumerGroupPartitionMetadataValue>,
        ours: our_codec::<messages::ConsumerGroupPartitionMetadataValue>,
    },
    Case {
        name: "ConsumerGroupRegularExpressionKey",
        decode: decode_only::<messages::ConsumerGroupRegularExpressionKey>,
        ours: our_codec::<messages::ConsumerGroupRegularExpressionKey>,
    },
    Case {
        name: "ConsumerGroupRegularExpressionValue",
        decode: decode_only::<messages::ConsumerGroupRegularExpressionValue>,
        ours: our_codec::<messages::ConsumerGroupRegularExpressionValue>,
    },
    Case {
        name: "ConsumerGroupTargetAssignmentMemberKey",
        decode: decode_only::<messages::ConsumerGroupTargetAssignmentMemberKey>,
        ours: our_codec::<messages::ConsumerGroupTargetAssignmentMemberKey>,
    },
    Case {
        name: "ConsumerGroupTargetAssignmentMemberValue",
        decode: decode_only::<messages::ConsumerGroupTargetAssignmentMemberValue>,
        ours: our_codec::<messages::ConsumerGroupTargetAssignmentMemberValue>,
    },
    Case {
        name: "ConsumerGroupTargetAssignmentMetadataKey",
        decode: decode_only::<messages::ConsumerGroupTargetAssignmentMetadataKey>,
        ours: our_codec::<messages::ConsumerGroupTargetAssignmentMetadataKey>,
    },
    Case {
        name: "ConsumerGroupTargetAssignmentMetadataValue",
        decode: decode_only::<messages::ConsumerGroupTargetAssignmentMetadataValue>,
        ours: our_codec::<messages::ConsumerGroupTargetAssignmentMetadataValue>,
    },
    Case {
        name: "ConsumerProtocolSubscription",
        decode: decode_only::<messages::ConsumerProtocolSubscription>,
        ours: our_codec::<messages::ConsumerProtocolSubscription>,
    },
    Case {
        name: "ConsumerProtocolAssignment",
        decode: decode_only::<messages::ConsumerProtocolAssignment>,
        ours: our_codec::<messages::ConsumerProtocolAssignment>,
    },
    Case {
        name: "CreateAclsRequest",
        decode: decode_only::<messages::CreateAclsRequest>,
        ours: our_codec::<messages::CreateAclsRequest>,
    },
    Case {
        name: "CreateAclsResponse",
        decode: decode_only::<messages::CreateAclsResponse>,
        ours: our_codec::<messages::CreateAclsResponse>,
    },
    Case {
        name: "CreateDelegationTokenRequest",
        decode: decode_only::<messages::CreateDelegationTokenRequest>,
        ours: our_codec::<messages::CreateDelegationTokenRequest>,
    },
    Case {
        name: "CreateDelegationTokenResponse",
        decode: decode_only::<messages::CreateDelegationTokenResponse>,
        ours: our_codec::<messages::CreateDelegationTokenResponse>,
    },
    Case {
        name: "CreatePartitionsRequest",
        decode: decode_only::<messages::CreatePartitionsRequest>,
        ours: our_codec::<messages::CreatePartitionsRequest>,
    },
    Case {
        name: "CreatePartitionsResponse",
        decode: decode_only::<messages::CreatePartitionsResponse>,
        ours: our_codec::<messages::CreatePartitionsResponse>,
    },
    Case {
        name: "CreateTopicsRequest",
        decode: decode_only::<messages::CreateTopicsRequest>,
        ours: our_codec::<messages::CreateTopicsRequest>,
    },
    Case {
        name: "CreateTopicsResponse",
        decode: decode_only::<messages::CreateTopicsResponse>,
        ours: our_codec::<messages::CreateTopicsResponse>,
    },
    Case {
        name: "DeleteAclsRequest",
        decode: decode_only::<messages::DeleteAclsRequest>,
        ours: our_codec::<messages::DeleteAclsRequest>,
    },
    Case {
        name: "DeleteAclsResponse",
        decode: decode_only::<messages::DeleteAclsResponse>,
        ours: our_codec::<messages::DeleteAclsResponse>,
    },
    Case {
        name: "DeleteGroupsRequest",
        decode: decode_only::<messages::DeleteGroupsRequest>,
        ours: our_codec::<messages::DeleteGroupsRequest>,
    },
    Case {
        name: "DeleteGroupsResponse",
        decode: decode_only::<messages::DeleteGroupsResponse>,
        ours: our_codec::<messages::DeleteGroupsResponse>,
    },
    Case {
        name: "DeleteRecordsRequest",
        decode: decode_only::<messages::DeleteRecordsRequest>,
        ours: our_codec::<messages::DeleteRecordsRequest>,
    },
    Case {
        name: "DeleteRecordsResponse",
        decode: decode_only::<messages::DeleteRecordsResponse>,
        ours: our_codec::<messages::DeleteRecordsResponse>,
    },
    Case {
        name: "DeleteShareGroupOffsetsRequest",
        decode: decode_only::<messages::DeleteShareGroupOffsetsRequest>,
        ours: our_codec::<messages::DeleteShareGroupOffsetsRequest>,
    },
    Case {
        name: "DeleteShareGroupOffsetsResponse",
        decode: decode_only::<messages::DeleteShareGroupOffsetsResponse>,
        ours: our_codec::<messages::DeleteShareGroupOffsetsResponse>,
    },
    Case {
        name: "DeleteTopicsRequest",
        decode: decode_only::<messages::DeleteTopicsRequest>,
        ours: our_codec::<messages::DeleteTopicsRequest>,
    },
    Case {
        name: "DeleteTopicsResponse",
        decode: decode_only::<messages::DeleteTopicsResponse>,
        ours: our_codec::<messages::DeleteTopicsResponse>,
    },
    Case {
        name: "DescribeAclsRequest",
        decode: decode_only::<messages::DescribeAclsRequest>,
        ours: our_codec::<messages::DescribeAclsRequest>,
    },
    Case {
        name: "DescribeAclsResponse",
        decode: decode_only::<messages::DescribeAclsResponse>,
        ours: our_codec::<messages::DescribeAclsResponse>,
    },
    Case {
        name: "DescribeClientQuotasRequest",
        decode: decode_only::<messages::DescribeClientQuotasRequest>,
        ours: our_codec::<messages::DescribeClientQuotasRequest>,
    },
    Case {
        name: "DescribeClientQuotasResponse",
        decode: decode_only::<messages::DescribeClientQuotasResponse>,
        ours: our_codec::<messages::DescribeClientQuotasResponse>,
    },
    Case {
        name: "DescribeClusterRequest",
        decode: decode_only::<messages::DescribeClusterRequest>,
        ours: our_codec::<messages::DescribeClusterRequest>,
    },
    Case {
        name: "DescribeClusterResponse",
        decode: decode_only::<messages::DescribeClusterResponse>,
        ours: our_codec::<messages::DescribeClusterResponse>,
    },
    Case {
        name: "DescribeConfigsRequest",
        decode: decode_only::<messages::DescribeConfigsRequest>,
        ours: our_codec::<messages::DescribeConfigsRequest>,
    },
    Case {
        name: "DescribeConfigsResponse",
        decode: decode_only::<messages::DescribeConfigsResponse>,
        ours: our_codec::<messages::DescribeConfigsResponse>,
    },
    Case {
        name: "DescribeDelegationTokenRequest",
        decode: decode_only::<messages::DescribeDelegationTokenRequest>,
        ours: our_codec::<messages::DescribeDelegationTokenRequest>,
    },
    Case {
        name: "DescribeDelegationTokenResponse",
        decode: decode_only::<messages::DescribeDelegationTokenResponse>,
        ours: our_codec::<messages::DescribeDelegationTokenResponse>,
    },
    Case {
        name: "DescribeGroupsRequest",
        decode: decode_only::<messages::DescribeGroupsRequest>,
        ours: our_codec::<messages::DescribeGroupsRequest>,
    },
    Case {
        name: "DescribeGroupsResponse",
        decode: decode_only::<messages::DescribeGroupsResponse>,
        ours: our_codec::<messages::DescribeGroupsResponse>,
    },
    Case {
        name: "DescribeLogDirsRequest",
        decode: decode_only::<messages::DescribeLogDirsRequest>,
        ours: our_codec::<messages::DescribeLogDirsRequest>,
    },
    Case {
        name: "DescribeLogDirsResponse",
        decode: decode_only::<messages::DescribeLogDirsResponse>,
        ours: our_codec::<messages::DescribeLogDirsResponse>,
    },
    Case {
        name: "DescribeProducersRequest",
        decode: decode_only::<messages::DescribeProducersRequest>,
        ours: our_codec::<messages::DescribeProducersRequest>,
    },
    Case {
        name: "DescribeProducersResponse",
        decode: decode_only::<messages::DescribeProducersResponse>,
        ours: our_codec::<messages::DescribeProducersResponse>,
    },
    Case {
        name: "DescribeQuorumRequest",
        decode: decode_only::<messages::DescribeQuorumRequest>,
        ours: our_codec::<messages::DescribeQuorumRequest>,
    },
    Case {
        name: "DescribeQuorumResponse",
        decode: decode_only::<messages::DescribeQuorumResponse>,
        ours: our_codec::<messages::DescribeQuorumResponse>,
    },
    Case {
        name: "DescribeShareGroupOffsetsRequest",
        decode: decode_only::<messages::DescribeShareGroupOffsetsRequest>,
        ours: our_codec::<messages::DescribeShareGroupOffsetsRequest>,
    },
    Case {
        name: "DescribeShareGroupOffsetsResponse",
        decode: decode_only::<messages::DescribeShareGroupOffsetsResponse>,
        ours: our_codec::<messages::DescribeShareGroupOffsetsResponse>,
    },
    Case {
        name: "DescribeTopicPartitionsRequest",
        decode: decode_only::<messages::DescribeTopicPartitionsRequest>,
        ours: our_codec::<messages::DescribeTopicPartitionsRequest>,
    },
    Case {
        name: "DescribeTopicPartitionsResponse",
        decode: decode_only::<messages::DescribeTopicPartitionsResponse>,
        ours: our_codec::<messages::DescribeTopicPartitionsResponse>,
    },
    Case {
        name: "DescribeTransactionsRequest",
        decode: decode_only::<messages::DescribeTransactionsRequest>,
        ours: our_codec::<messages::DescribeTransactionsRequest>,
    },
    Case {
        name: "DescribeTransactionsResponse",
        decode: decode_only::<messages::DescribeTransactionsResponse>,
        ours: our_codec::<messages::DescribeTransactionsResponse>,
    },
    Case {
        name: "DescribeUserScramCredentialsRequest",
        decode: decode_only::<messages::DescribeUserScramCredentialsRequest>,
        ours: our_codec::<messages::DescribeUserScramCredentialsRequest>,
    },
    Case {
        name: "DescribeUserScramCredentialsResponse",
        decode: decode_only::<messages::DescribeUserScramCredentialsResponse>,
        ours: our_codec::<messages::DescribeUserScramCredentialsResponse>,
    },
    Case {
        name: "ElectLeadersRequest",
        decode: decode_only::<messages::ElectLeadersRequest>,
        ours: our_codec::<messages::ElectLeadersRequest>,
    },
    Case {
        name: "ElectLeadersResponse",
        decode: decode_only::<messages::ElectLeadersResponse>,
        ours: our_codec::<messages::ElectLeadersResponse>,
    },
    Case {
        name: "EndTxnRequest",
        decode: decode_only::<messages::EndTxnRequest>,
        ours: our_codec::<messages::EndTxnRequest>,
    },
    Case {
        name: "EndTxnResponse",
        decode: decode_only::<messages::EndTxnResponse>,
        ours: our_codec::<messages::EndTxnResponse>,
    },
    Case {
        name: "ExpireDelegationTokenRequest",
        decode: decode_only::<messages::ExpireDelegationTokenRequest>,
        ours: our_codec::<messages::ExpireDelegationTokenRequest>,
    },
    Case {
        name: "ExpireDelegationTokenResponse",
        decode: decode_only::<messages::ExpireDelegationTokenResponse>,
        ours: our_codec::<messages::ExpireDelegationTokenResponse>,
    },
    Case {
        name: "FetchRequest",
        decode: decode_only::<messages::FetchRequest>,
        ours: our_codec::<messages::FetchRequest>,
    },
    Case {
        name: "FetchResponse",
        decode: decode_only::<messages::FetchResponse>,
        ours: our_codec::<messages::FetchResponse>,
    },
    Case {
        name: "FindCoordinatorRequest",
        decode: decode_only::<messages::FindCoordinatorRequest>,
        ours: our_codec::<messages::FindCoordinatorRequest>,
    },
    Case {
        name: "FindCoordinatorResponse",
        decode: decode_only::<messages::FindCoordinatorResponse>,
        ours: our_codec::<messages::FindCoordinatorResponse>,
    },
    Case {
        name: "GetTelemetrySubscriptionsRequest",
        decode: decode_only::<messages::GetTelemetrySubscriptionsRequest>,
        ours: our_codec::<messages::GetTelemetrySubscriptionsRequest>,
    },
    Case {
        name: "GetTelemetrySubscriptionsResponse",
        decode: decode_only::<messages::GetTelemetrySubscriptionsResponse>,
        ours: our_codec::<messages::GetTelemetrySubscriptionsResponse>,
    },
    Case {
        name: "GroupMetadataKey",
        decode: decode_only::<messages::GroupMetadataKey>,
        ours: our_codec::<messages::GroupMetadataKey>,
    },
    Case {
        name: "GroupMetadataValue",
        decode: decode_only::<messages::GroupMetadataValue>,
        ours: our_codec::<messages::GroupMetadataValue>,
    },
    Case {
        name: "HeartbeatRequest",
        decode: decode_only::<messages::HeartbeatRequest>,
        ours: our_codec::<messages::HeartbeatRequest>,
    },
    Case {
        name: "HeartbeatResponse",
        decode: decode_only::<messages::HeartbeatResponse>,
        ours: our_codec::<messages::HeartbeatResponse>,
    },
    Case {
        name: "IncrementalAlterConfigsRequest",
        decode: decode_only::<messages::IncrementalAlterConfigsRequest>,
        ours: our_codec::<messages::IncrementalAlterConfigsRequest>,
    },
    Case {
        name: "IncrementalAlterConfigsResponse",
        decode: decode_only::<messages::IncrementalAlterConfigsResponse>,
        ours: our_codec::<messages::IncrementalAlterConfigsResponse>,
    },
    Case {
        name: "InitProducerIdRequest",
        decode: decode_only::<messages::InitProducerIdRequest>,
        ours: our_codec::<messages::InitProducerIdRequest>,
    },
    Case {
        name: "InitProducerIdResponse",
        decode: decode_only::<messages::InitProducerIdResponse>,
        ours: our_codec::<messages::InitProducerIdResponse>,
    },
    Case {
        name: "JoinGroupRequest",
        decode: decode_only::<messages::JoinGroupRequest>,
        ours: our_codec::<messages::JoinGroupRequest>,
    },
    Case {
        name: "JoinGroupResponse",
        decode: decode_only::<messages::JoinGroupResponse>,
        ours: our_codec::<messages::JoinGroupResponse>,
    },
    Case {
        name: "LeaveGroupRequest",
        decode: decode_only::<messages::LeaveGroupRequest>,
        ours: our_codec::<messages::LeaveGroupRequest>,
    },
    Case {
        name: "LeaveGroupResponse",
        decode: decode_only::<messages::LeaveGroupResponse>,
        ours: our_codec::<messages::LeaveGroupResponse>,
    },
    Case {
        name: "ListConfigResourcesRequest",
        decode: decode_only::<messages::ListConfigResourcesRequest>,
        ours: our_codec::<messages::ListConfigResourcesRequest>,
    },
    Case {
        name: "ListConfigResourcesResponse",
        decode: decode_only::<messages::ListConfigResourcesResponse>,
        ours: our_codec::<messages::ListConfigResourcesResponse>,
    },
    Case {
        name: "ListGroupsRequest",
        decode: decode_only::<messages::ListGroupsRequest>,
        ours: our_codec::<messages::ListGroupsRequest>,
    },
    Case {
        name: "ListGroupsResponse",
        decode: decode_only::<messages::ListGroupsResponse>,
        ours: our_codec::<messages::ListGroupsResponse>,
    },
    Case {
        name: "ListOffsetsRequest",
        decode: decode_only::<messages::ListOffsetsRequest>,
        ours: our_codec::<messages::ListOffsetsRequest>,
    },
    Case {
        name: "ListOffsetsResponse",
        decode: decode_only::<messages::ListOffsetsResponse>,
        ours: our_codec::<messages::ListOffsetsResponse>,
    },
    Case {
        name: "ListPartitionReassignmentsRequest",
        decode: decode_only::<messages::ListPartitionReassignmentsRequest>,
        ours: our_codec::<messages::ListPartitionReassignmentsRequest>,
    },
    Case {
        name: "ListPartitionReassignmentsResponse",
        decode: decode_only::<messages::ListPartitionReassignmentsResponse>,
        ours: our_codec::<messages::ListPartitionReassignmentsResponse>,
    },
    Case {
        name: "ListTransactionsRequest",
        decode: decode_only::<messages::ListTransactionsRequest>,
        ours: our_codec::<messages::ListTransactionsRequest>,
    },
    Case {
        name: "ListTransactionsResponse",
        decode: decode_only::<messages::ListTransactionsResponse>,
        ours: our_codec::<messages::ListTransactionsResponse>,
    },
    Case {
        name: "MetadataRequest",
        decode: decode_only::<messages::MetadataRequest>,
        ours: our_codec::<messages::MetadataRequest>,
    },
    Case {
        name: "MetadataResponse",
        decode: decode_only::<messages::MetadataResponse>,
        ours: our_codec::<messages::MetadataResponse>,
    },
    Case {
        name: "OffsetCommitRequest",
        decode: decode_only::<messages::OffsetCommitRequest>,
        ours: our_codec::<messages::OffsetCommitRequest>,
    },
    Case {
        name: "OffsetCommitResponse",
        decode: decode_only::<messages::OffsetCommitResponse>,
        ours: our_codec::<messages::OffsetCommitResponse>,
    },
    Case {
        name: "OffsetCommitKey",
        decode: decode_only::<messages::OffsetCommitKey>,
        ours: our_codec::<messages::OffsetCommitKey>,
    },
    Case {
        name: "OffsetCommitValue",
        decode: decode_only::<messages::OffsetCommitValue>,
        ours: our_codec::<messages::OffsetCommitValue>,
    },
    Case {
        name: "OffsetDeleteRequest",
        decode: decode_only::<messages::OffsetDeleteRequest>,
        ours: our_codec::<messages::OffsetDeleteRequest>,
    },
    Case {
        name: "OffsetDeleteResponse",
        decode: decode_only::<messages::OffsetDeleteResponse>,
        ours: our_codec::<messages::OffsetDeleteResponse>,
    },
    Case {
        name: "OffsetFetchRequest",
        decode: decode_only::<messages::OffsetFetchRequest>,
        ours: our_codec::<messages::OffsetFetchRequest>,
    },
    Case {
        name: "OffsetFetchResponse",
        decode: decode_only::<messages::OffsetFetchResponse>,
        ours: our_codec::<messages::OffsetFetchResponse>,
    },
    Case {
        name: "OffsetForLeaderEpochRequest",
        decode: decode_only::<messages::OffsetForLeaderEpochRequest>,
        ours: our_codec::<messages::OffsetForLeaderEpochRequest>,
    },
    Case {
        name: "OffsetForLeaderEpochResponse",
        decode: decode_only::<messages::OffsetForLeaderEpochResponse>,
        ours: our_codec::<messages::OffsetForLeaderEpochResponse>,
    },
    Case {
        name: "ProduceRequest",
        decode: decode_only::<messages::ProduceRequest>,
        ours: our_codec::<messages::ProduceRequest>,
    },
    Case {
        name: "ProduceResponse",
        decode: decode_only::<messages::ProduceResponse>,
        ours: our_codec::<messages::ProduceResponse>,
    },
    Case {
        name: "PushTelemetryRequest",
        decode: decode_only::<messages::PushTelemetryRequest>,
        ours: our_codec::<messages::PushTelemetryRequest>,
    },
    Case {
        name: "PushTelemetryResponse",
        decode: decode_only::<messages::PushTelemetryResponse>,
        ours: our_codec::<messages::PushTelemetryResponse>,
    },
    Case {
        name: "RenewDelegationTokenRequest",
        decode: decode_only::<messages::RenewDelegationTokenRequest>,
        ours: our_codec::<messages::RenewDelegationTokenRequest>,
    },
    Case {
        name: "RenewDelegationTokenResponse",
        decode: decode_only::<messages::RenewDelegationTokenResponse>,
        ours: our_codec::<messages::RenewDelegationTokenResponse>,
    },
    Case {
        name: "SaslAuthenticateRequest",
        decode: decode_only::<messages::SaslAuthenticateRequest>,
        ours: our_codec::<messages::SaslAuthenticateRequest>,
    },
    Case {
        name: "SaslAuthenticateResponse",
        decode: decode_only::<messages::SaslAuthenticateResponse>,
        ours: our_codec::<messages::SaslAuthenticateResponse>,
    },
    Case {
        name: "SaslHandshakeRequest",
        decode: decode_only::<messages::SaslHandshakeRequest>,
        ours: our_codec::<messages::SaslHandshakeRequest>,
    },
    Case {
        name: "SaslHandshakeResponse",
        decode: decode_only::<messages::SaslHandshakeResponse>,
        ours: our_codec::<messages::SaslHandshakeResponse>,
    },
    Case {
        name: "ShareAcknowledgeRequest",
        decode: decode_only::<messages::ShareAcknowledgeRequest>,
        ours: our_codec::<messages::ShareAcknowledgeRequest>,
    },
    Case {
        name: "ShareAcknowledgeResponse",
        decode: decode_only::<messages::ShareAcknowledgeResponse>,
        ours: our_codec::<messages::ShareAcknowledgeResponse>,
    },
    Case {
        name: "ShareFetchRequest",
        decode: decode_only::<messages::ShareFetchRequest>,
        ours: our_codec::<messages::ShareFetchRequest>,
    },
    Case {
        name: "ShareFetchResponse",
        decode: decode_only::<messages::ShareFetchResponse>,
        ours: our_codec::<messages::ShareFetchResponse>,
    },
    Case {
        name: "ShareGroupDescribeRequest",
        decode: decode_only::<messages::ShareGroupDescribeRequest>,
        ours: our_codec::<messages::ShareGroupDescribeRequest>,
    },
    Case {
        name: "ShareGroupDescribeResponse",
        decode: decode_only::<messages::ShareGroupDescribeResponse>,
        ours: our_codec::<messages::ShareGroupDescribeResponse>,
    },
    Case {
        name: "ShareGroupHeartbeatRequest",
        decode: decode_only::<messages::ShareGroupHeartbeatRequest>,
        ours: our_codec::<messages::ShareGroupHeartbeatRequest>,
    },
    Case {
        name: "ShareGroupHeartbeatResponse",
        decode: decode_only::<messages::ShareGroupHeartbeatResponse>,
        ours: our_codec::<messages::ShareGroupHeartbeatResponse>,
    },
    Case {
        name: "StreamsGroupDescribeRequest",
        decode: decode_only::<messages::StreamsGroupDescribeRequest>,
        ours: our_codec::<messages::StreamsGroupDescribeRequest>,
    },
    Case {
        name: "StreamsGroupDescribeResponse",
        decode: decode_only::<messages::StreamsGroupDescribeResponse>,
        ours: our_codec::<messages::StreamsGroupDescribeResponse>,
    },
    Case {
        name: "StreamsGroupHeartbeatRequest",
        decode: decode_only::<messages::StreamsGroupHeartbeatRequest>,
        ours: our_codec::<messages::StreamsGroupHeartbeatRequest>,
    },
    Case {
        name: "StreamsGroupHeartbeatResponse",
        decode: decode_only::<messages::StreamsGroupHeartbeatResponse>,
        ours: our_codec::<messages::StreamsGroupHeartbeatResponse>,
    },
    Case {
        name: "SyncGroupRequest",
        decode: decode_only::<messages::SyncGroupRequest>,
        ours: our_codec::<messages::SyncGroupRequest>,
    },
    Case {
        name: "SyncGroupResponse",
        decode: decode_only::<messages::SyncGroupResponse>,
        ours: our_codec::<messages::SyncGroupResponse>,
    },
    Case {
        name: "TransactionLogKey",
        decode: decode_only::<messages::TransactionLogKey>,
        ours: our_codec::<messages::TransactionLogKey>,
    },
    Case {
        name: "TransactionLogValue",
        decode: decode_only::<messages::TransactionLogValue>,
        ours: our_codec::<messages::TransactionLogValue>,
    },
    Case {
        name: "TxnOffsetCommitRequest",
        decode: decode_only::<messages::TxnOffsetCommitRequest>,
        ours: our_codec::<messages::TxnOffsetCommitRequest>,
    },
    Case {
        name: "TxnOffsetCommitResponse",
        decode: decode_only::<messages::TxnOffsetCommitResponse>,
        ours: our_codec::<messages::TxnOffsetCommitResponse>,
    },
    Case {
        name: "UnregisterBrokerRequest",
        decode: decode_only::<messages::UnregisterBrokerRequest>,
        ours: our_codec::<messages::UnregisterBrokerRequest>,
    },
    Case {
        name: "UnregisterBrokerResponse",
        decode: decode_only::<messages::UnregisterBrokerResponse>,
        ours: our_codec::<messages::UnregisterBrokerResponse>,
    },
    Case {
        name: "UpdateFeaturesRequest",
        decode: decode_only::<messages::UpdateFeaturesRequest>,
        ours: our_codec::<messages::UpdateFeaturesRequest>,
    },
    Case {
        name: "UpdateFeaturesResponse",
        decode: decode_only::<messages::UpdateFeaturesResponse>,
        ours: our_codec::<messages::UpdateFeaturesResponse>,
    },
    Case {
        name: "WriteTxnMarkersRequest",
        decode: decode_only::<messages::WriteTxnMarkersRequest>,
        ours: our_codec::<messages::WriteTxnMarkersRequest>,
    },
    Case {
        name: "WriteTxnMarkersResponse",
        decode: decode_only::<messages::WriteTxnMarkersResponse>,
        ours: our_codec::<messages::WriteTxnMarkersResponse>,
    },
];
