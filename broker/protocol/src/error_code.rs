//! The error codes of Kafka 4.3, with Kafka's constant names and messages of our own.
//!
//! One table below generates the enum and its lookups. A code that is not in it (a newer broker's) is kept
//! as [`ErrorCode::Unknown`], never mapped to another. What a client can do follows the exceptions of Kafka
//! 4.3.1: `retriable` are its `RetriableException`s, `refresh` those of them that are also an
//! `InvalidMetadataException` or `RefreshRetriableException`.

use std::fmt;

/// Writes the enum and its lookups from rows of `code Variant KAFKA_NAME final|retriable|refresh "message"`.
macro_rules! error_codes {
    ($($code:literal $variant:ident $name:ident $retry:ident $message:literal,)*) => {
        /// An error code of the protocol.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = concat!(stringify!($code), ": ", $message, ".")] $variant,)*
            /// A code outside the table.
            Unknown(i16),
        }

        impl ErrorCode {
            /// Every code of the table, ascending.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Names a code of the wire; codes outside the table become [`ErrorCode::Unknown`].
            #[must_use]
            pub const fn from_code(code: i16) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    other => Self::Unknown(other),
                }
            }

            /// The code on the wire.
            #[must_use]
            pub const fn code(self) -> i16 {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Unknown(code) => code,
                }
            }

            /// Kafka's constant name, for example `NOT_LEADER_OR_FOLLOWER`; `UNKNOWN` outside the table.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                    Self::Unknown(_) => "UNKNOWN",
                }
            }

            /// What the code says, as a lowercase phrase.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self {
                    $(Self::$variant => $message,)*
                    Self::Unknown(_) => "an error code that this program does not know",
                }
            }

            /// Whether the same request may succeed later, as Kafka's clients judge it.
            #[must_use]
            pub const fn is_retriable(self) -> bool {
                match self {
                    $(Self::$variant => error_codes!(@ is_retriable $retry),)*
                    Self::Unknown(_) => false,
                }
            }

            /// Whether the client must learn anew who leads or coordinates before it tries again.
            #[must_use]
            pub const fn needs_refresh(self) -> bool {
                match self {
                    $(Self::$variant => error_codes!(@ needs_refresh $retry),)*
                    Self::Unknown(_) => false,
                }
            }
        }
    };
    (@ is_retriable final) => { false };
    (@ is_retriable $other:ident) => { true };
    (@ needs_refresh refresh) => { true };
    (@ needs_refresh $other:ident) => { false };
}

error_codes! {
    -1 UnknownServerError UNKNOWN_SERVER_ERROR final "the server met an unexpected error",
    0 None NONE final "no error",
    1 OffsetOutOfRange OFFSET_OUT_OF_RANGE final "the requested offset is outside the range that the log holds",
    2 CorruptMessage CORRUPT_MESSAGE retriable "the record batch is corrupt: bad checksum, bad size or a missing key",
    3 UnknownTopicOrPartition UNKNOWN_TOPIC_OR_PARTITION refresh "this server hosts no such topic or partition",
    4 InvalidFetchSize INVALID_FETCH_SIZE final "the requested fetch size is invalid",
    5 LeaderNotAvailable LEADER_NOT_AVAILABLE refresh "the partition has no leader at the moment",
    6 NotLeaderOrFollower NOT_LEADER_OR_FOLLOWER refresh "this server is neither leader nor follower of the partition",
    7 RequestTimedOut REQUEST_TIMED_OUT retriable "the request timed out",
    8 BrokerNotAvailable BROKER_NOT_AVAILABLE final "the broker is not available",
    9 ReplicaNotAvailable REPLICA_NOT_AVAILABLE refresh "the replica is not available",
    10 MessageTooLarge MESSAGE_TOO_LARGE final "the message is larger than the server accepts",
    11 StaleControllerEpoch STALE_CONTROLLER_EPOCH final "the controller has moved to another broker",
    12 OffsetMetadataTooLarge OFFSET_METADATA_TOO_LARGE final "the metadata of the committed offset is too large",
    13 NetworkException NETWORK_EXCEPTION refresh "the connection was lost before a response arrived",
    14 CoordinatorLoadInProgress COORDINATOR_LOAD_IN_PROGRESS retriable "the coordinator is still loading",
    15 CoordinatorNotAvailable COORDINATOR_NOT_AVAILABLE refresh "the coordinator is not available",
    16 NotCoordinator NOT_COORDINATOR refresh "this server is not the coordinator",
    17 InvalidTopicException INVALID_TOPIC_EXCEPTION final "the topic name is invalid or the topic does not allow the operation",
    18 RecordListTooLarge RECORD_LIST_TOO_LARGE final "the record batch is larger than a segment may be",
    19 NotEnoughReplicas NOT_ENOUGH_REPLICAS retriable "fewer replicas are in sync than the topic requires",
    20 NotEnoughReplicasAfterAppend NOT_ENOUGH_REPLICAS_AFTER_APPEND retriable "the records were appended, but to fewer in-sync replicas than required",
    21 InvalidRequiredAcks INVALID_REQUIRED_ACKS final "the required acknowledgements must be -1, 0 or 1",
    22 IllegalGeneration ILLEGAL_GENERATION final "the group generation is not the current one",
    23 InconsistentGroupProtocol INCONSISTENT_GROUP_PROTOCOL final "the member shares no protocol with the group",
    24 InvalidGroupId INVALID_GROUP_ID final "the group id is invalid",
    25 UnknownMemberId UNKNOWN_MEMBER_ID final "the coordinator does not know this member",
    26 InvalidSessionTimeout INVALID_SESSION_TIMEOUT final "the session timeout is outside the range that the broker allows",
    27 RebalanceInProgress REBALANCE_IN_PROGRESS final "the group is rebalancing: join again",
    28 InvalidCommitOffsetSize INVALID_COMMIT_OFFSET_SIZE final "the commit is too large",
    29 TopicAuthorizationFailed TOPIC_AUTHORIZATION_FAILED final "the principal may not do this with the topic",
    30 GroupAuthorizationFailed GROUP_AUTHORIZATION_FAILED final "the principal may not do this with the group",
    31 ClusterAuthorizationFailed CLUSTER_AUTHORIZATION_FAILED final "the principal may not do this with the cluster",
    32 InvalidTimestamp INVALID_TIMESTAMP final "the timestamp is outside the accepted range",
    33 UnsupportedSaslMechanism UNSUPPORTED_SASL_MECHANISM final "the SASL mechanism is not supported",
    34 IllegalSaslState ILLEGAL_SASL_STATE final "the request does not fit the state of the SASL exchange",
    35 UnsupportedVersion UNSUPPORTED_VERSION final "the version of the request is not supported",
    36 TopicAlreadyExists TOPIC_ALREADY_EXISTS final "a topic of this name exists already",
    37 InvalidPartitions INVALID_PARTITIONS final "the number of partitions is invalid",
    38 InvalidReplicationFactor INVALID_REPLICATION_FACTOR final "the replication factor is below 1 or above the number of brokers",
    39 InvalidReplicaAssignment INVALID_REPLICA_ASSIGNMENT final "the replica assignment is invalid",
    40 InvalidConfig INVALID_CONFIG final "the configuration is invalid",
    41 NotController NOT_CONTROLLER retriable "this server is not the controller",
    42 InvalidRequest INVALID_REQUEST final "the request is malformed or contradicts itself",
    43 UnsupportedForMessageFormat UNSUPPORTED_FOR_MESSAGE_FORMAT final "the record format of the topic does not support the request",
    44 PolicyViolation POLICY_VIOLATION final "the request violates a policy of the server",
    45 OutOfOrderSequenceNumber OUT_OF_ORDER_SEQUENCE_NUMBER final "the sequence number is not the one that follows",
    46 DuplicateSequenceNumber DUPLICATE_SEQUENCE_NUMBER final "the sequence number was seen before",
    47 InvalidProducerEpoch INVALID_PRODUCER_EPOCH final "the producer's epoch is old",
    48 InvalidTxnState INVALID_TXN_STATE final "the operation does not fit the state of the transaction",
    49 InvalidProducerIdMapping INVALID_PRODUCER_ID_MAPPING final "the producer id does not belong to the transactional id",
    50 InvalidTransactionTimeout INVALID_TRANSACTION_TIMEOUT final "the transaction timeout is above the broker's maximum",
    51 ConcurrentTransactions CONCURRENT_TRANSACTIONS retriable "another operation on the same transaction is in progress",
    52 TransactionCoordinatorFenced TRANSACTION_COORDINATOR_FENCED final "a newer transaction coordinator has taken over",
    53 TransactionalIdAuthorizationFailed TRANSACTIONAL_ID_AUTHORIZATION_FAILED final "the principal may not use the transactional id",
    54 SecurityDisabled SECURITY_DISABLED final "access control is switched off",
    55 OperationNotAttempted OPERATION_NOT_ATTEMPTED final "the operation was not attempted",
    56 KafkaStorageError KAFKA_STORAGE_ERROR refresh "the log cannot be read or written",
    57 LogDirNotFound LOG_DIR_NOT_FOUND final "the server has no such log directory",
    58 SaslAuthenticationFailed SASL_AUTHENTICATION_FAILED final "authentication failed",
    59 UnknownProducerId UNKNOWN_PRODUCER_ID final "the server holds no state for the producer id",
    60 ReassignmentInProgress REASSIGNMENT_IN_PROGRESS final "the partition is being reassigned",
    61 DelegationTokenAuthDisabled DELEGATION_TOKEN_AUTH_DISABLED final "delegation tokens are switched off",
    62 DelegationTokenNotFound DELEGATION_TOKEN_NOT_FOUND final "there is no such delegation token",
    63 DelegationTokenOwnerMismatch DELEGATION_TOKEN_OWNER_MISMATCH final "the principal is neither owner nor renewer of the token",
    64 DelegationTokenRequestNotAllowed DELEGATION_TOKEN_REQUEST_NOT_ALLOWED final "delegation tokens cannot be requested over this connection",
    65 DelegationTokenAuthorizationFailed DELEGATION_TOKEN_AUTHORIZATION_FAILED final "the principal may not do this with delegation tokens",
    66 DelegationTokenExpired DELEGATION_TOKEN_EXPIRED final "the delegation token has expired",
    67 InvalidPrincipalType INVALID_PRINCIPAL_TYPE final "the principal type is not supported",
    68 NonEmptyGroup NON_EMPTY_GROUP final "the group still has members",
    69 GroupIdNotFound GROUP_ID_NOT_FOUND final "there is no such group",
    70 FetchSessionIdNotFound FETCH_SESSION_ID_NOT_FOUND retriable "there is no such fetch session",
    71 InvalidFetchSessionEpoch INVALID_FETCH_SESSION_EPOCH retriable "the fetch session epoch is not the one that follows",
    72 ListenerNotFound LISTENER_NOT_FOUND refresh "the leader has no listener of the name that the request came through",
    73 TopicDeletionDisabled TOPIC_DELETION_DISABLED final "topic deletion is switched off",
    74 FencedLeaderEpoch FENCED_LEADER_EPOCH refresh "the leader epoch of the request is older than the broker's",
    75 UnknownLeaderEpoch UNKNOWN_LEADER_EPOCH retriable "the leader epoch of the request is newer than the broker's",
    76 UnsupportedCompressionType UNSUPPORTED_COMPRESSION_TYPE final "the client does not support the compression of the partition",
    77 StaleBrokerEpoch STALE_BROKER_EPOCH final "the broker epoch has changed",
    78 OffsetNotAvailable OFFSET_NOT_AVAILABLE retriable "the new leader does not know yet up to where offsets are committed",
    79 MemberIdRequired MEMBER_ID_REQUIRED final "the member must join with the id that it was given",
    80 PreferredLeaderNotAvailable PREFERRED_LEADER_NOT_AVAILABLE refresh "the preferred leader is not available",
    81 GroupMaxSizeReached GROUP_MAX_SIZE_REACHED final "the group has as many members as it may",
    82 FencedInstanceId FENCED_INSTANCE_ID final "another member has taken the group instance id",
    83 EligibleLeadersNotAvailable ELIGIBLE_LEADERS_NOT_AVAILABLE refresh "no eligible leader is available",
    84 ElectionNotNeeded ELECTION_NOT_NEEDED refresh "the partition has the wanted leader already",
    85 NoReassignmentInProgress NO_REASSIGNMENT_IN_PROGRESS final "no reassignment of the partition is in progress",
    86 GroupSubscribedToTopic GROUP_SUBSCRIBED_TO_TOPIC final "the group is subscribed to the topic",
    87 InvalidRecord INVALID_RECORD final "a record failed validation",
    88 UnstableOffsetCommit UNSTABLE_OFFSET_COMMIT retriable "offsets of an open transaction are pending",
    89 ThrottlingQuotaExceeded THROTTLING_QUOTA_EXCEEDED retriable "a quota was exceeded",
    90 ProducerFenced PRODUCER_FENCED final "a newer producer uses the transactional id",
    91 ResourceNotFound RESOURCE_NOT_FOUND final "the request names a resource that does not exist",
    92 DuplicateResource DUPLICATE_RESOURCE final "the request names the same resource twice",
    93 UnacceptableCredential UNACCEPTABLE_CREDENTIAL final "the credential does not meet the requirements",
    94 InconsistentVoterSet INCONSISTENT_VOTER_SET final "the request comes from or goes to a server that is no voter",
    95 InvalidUpdateVersion INVALID_UPDATE_VERSION final "the update version is invalid",
    96 FeatureUpdateFailed FEATURE_UPDATE_FAILED final "the features could not be updated",
    97 PrincipalDeserializationFailure PRINCIPAL_DESERIALIZATION_FAILURE final "the forwarded principal cannot be read",
    98 SnapshotNotFound SNAPSHOT_NOT_FOUND final "there is no such snapshot",
    99 PositionOutOfRange POSITION_OUT_OF_RANGE final "the position is outside the snapshot",
    100 UnknownTopicId UNKNOWN_TOPIC_ID refresh "this server hosts no topic of this id",
    101 DuplicateBrokerRegistration DUPLICATE_BROKER_REGISTRATION final "the broker id is in use",
    102 BrokerIdNotRegistered BROKER_ID_NOT_REGISTERED final "the broker id is not registered",
    103 InconsistentTopicId INCONSISTENT_TOPIC_ID refresh "the topic id is not the one in the log",
    104 InconsistentClusterId INCONSISTENT_CLUSTER_ID final "the cluster id is not this cluster's",
    105 TransactionalIdNotFound TRANSACTIONAL_ID_NOT_FOUND final "there is no such transactional id",
    106 FetchSessionTopicIdError FETCH_SESSION_TOPIC_ID_ERROR retriable "the fetch session mixes topic ids and topic names",
    107 IneligibleReplica INELIGIBLE_REPLICA final "the new in-sync replicas contain one that is not eligible",
    108 NewLeaderElected NEW_LEADER_ELECTED final "the partition was changed, but its leader is another one now",
    109 OffsetMovedToTieredStorage OFFSET_MOVED_TO_TIERED_STORAGE final "the offset has moved to tiered storage",
    110 FencedMemberEpoch FENCED_MEMBER_EPOCH final "the member epoch is fenced: give up all partitions and join again",
    111 UnreleasedInstanceId UNRELEASED_INSTANCE_ID final "another member still holds the group instance id",
    112 UnsupportedAssignor UNSUPPORTED_ASSIGNOR final "the group does not support the assignor",
    113 StaleMemberEpoch STALE_MEMBER_EPOCH final "the member epoch is old: retry with the next one",
    114 MismatchedEndpointType MISMATCHED_ENDPOINT_TYPE final "the endpoint is of the wrong kind for the request",
    115 UnsupportedEndpointType UNSUPPORTED_ENDPOINT_TYPE final "the endpoint kind is not supported",
    116 UnknownControllerId UNKNOWN_CONTROLLER_ID final "the controller id is not known",
    117 UnknownSubscriptionId UNKNOWN_SUBSCRIPTION_ID final "the telemetry subscription is unknown or outdated",
    118 TelemetryTooLarge TELEMETRY_TOO_LARGE final "the telemetry is larger than the broker accepts",
    119 InvalidRegistration INVALID_REGISTRATION final "the controller rejects the broker's registration",
    120 TransactionAbortable TRANSACTION_ABORTABLE final "the transaction can only be aborted",
    121 InvalidRecordState INVALID_RECORD_STATE final "the record's state does not allow the acknowledgement",
    122 ShareSessionNotFound SHARE_SESSION_NOT_FOUND retriable "there is no such share session",
    123 InvalidShareSessionEpoch INVALID_SHARE_SESSION_EPOCH retriable "the share session epoch is not the one that follows",
    124 FencedStateEpoch FENCED_STATE_EPOCH final "the epoch of the share group's state is not the current one",
    125 InvalidVoterKey INVALID_VOTER_KEY final "the voter key is not the replica's",
    126 DuplicateVoter DUPLICATE_VOTER final "the voter is in the set of voters already",
    127 VoterNotFound VOTER_NOT_FOUND final "the voter is not in the set of voters",
    128 InvalidRegularExpression INVALID_REGULAR_EXPRESSION final "the regular expression is invalid",
    129 RebootstrapRequired REBOOTSTRAP_REQUIRED final "the client's metadata is out of date: start again from the bootstrap servers",
    130 StreamsInvalidTopology STREAMS_INVALID_TOPOLOGY final "the topology is invalid",
    131 StreamsInvalidTopologyEpoch STREAMS_INVALID_TOPOLOGY_EPOCH final "the topology epoch is invalid",
    132 StreamsTopologyFenced STREAMS_TOPOLOGY_FENCED final "the topology epoch is outdated",
    133 ShareSessionLimitReached SHARE_SESSION_LIMIT_REACHED retriable "the broker holds as many share sessions as it may",
}

impl ErrorCode {
    /// Whether the code reports a failure: everything but [`ErrorCode::None`].
    #[must_use]
    pub const fn is_error(self) -> bool {
        !matches!(self, Self::None)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({}): {}", self.name(), self.code(), self.message())
    }
}

impl From<i16> for ErrorCode {
    fn from(code: i16) -> Self {
        Self::from_code(code)
    }
}

impl From<ErrorCode> for i16 {
    fn from(error: ErrorCode) -> Self {
        error.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_from_minus_one_to_133() {
        let codes: Vec<i16> = ErrorCode::ALL.iter().map(|error| error.code()).collect();
        assert_eq!(codes, (-1..=133).collect::<Vec<i16>>());
    }

    #[test]
    fn every_code_is_found_again_by_its_number() {
        for code in i16::MIN..=i16::MAX {
            assert_eq!(ErrorCode::from_code(code).code(), code);
        }
    }

    #[test]
    fn names_are_the_variants_in_kafkas_spelling() {
        for error in ErrorCode::ALL {
            let variant: String = error.name().split('_').map(capitalised).collect();
            assert_eq!(variant, format!("{error:?}"));
        }
    }

    #[test]
    fn names_and_codes_agree_with_another_codec() {
        use kafka_protocol::error::ResponseError;
        for error in ErrorCode::ALL {
            let Some(other) = ResponseError::try_from_code(error.code()) else {
                continue;
            };
            if let ResponseError::Unknown(_) = other {
                continue;
            }
            assert_eq!(format!("{other:?}"), format!("{error:?}"));
        }
    }

    #[test]
    fn what_needs_a_refresh_is_retriable() {
        let refresh = ErrorCode::ALL.iter().filter(|error| error.needs_refresh());
        assert!(refresh.clone().all(|error| error.is_retriable()));
        assert!(refresh.clone().any(|&error| error == ErrorCode::NotLeaderOrFollower));
        assert!(ErrorCode::NotEnoughReplicas.is_retriable() && !ErrorCode::NotEnoughReplicas.needs_refresh());
        assert!(!ErrorCode::TopicAuthorizationFailed.is_retriable());
    }

    #[test]
    fn messages_are_phrases_of_their_own() {
        let mut messages: Vec<&str> = ErrorCode::ALL.iter().map(|error| error.message()).collect();
        assert!(messages.iter().all(|message| !message.ends_with('.') && !message.is_empty()));
        messages.sort_unstable();
        messages.dedup();
        assert_eq!(messages.len(), ErrorCode::ALL.len());
    }

    fn capitalised(word: &str) -> String {
        let mut letters = word.chars();
        letters.next().into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect()
    }
}
