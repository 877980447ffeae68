//! What a shard can be asked.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::heartbeat::HeartbeatRequest;
use tidemill_protocol::messages::join_group::JoinGroupRequest;
use tidemill_protocol::messages::leave_group::LeaveGroupRequest;
use tidemill_protocol::messages::offset_commit::OffsetCommitRequest;
use tidemill_protocol::messages::offset_delete::OffsetDeleteRequest;
use tidemill_protocol::messages::offset_fetch::OffsetFetchRequestGroup;
use tidemill_protocol::messages::sync_group::SyncGroupRequest;
use tidemill_protocol::messages::txn_offset_commit::TxnOffsetCommitRequest;

use crate::group::records::MAX_TEXT_BYTES;
use crate::group::turn::OffsetsMarker;

/// Longest `group.instance.id`, in bytes (Kafka: the rules of topic names).
const MAX_INSTANCE_ID_BYTES: usize = 249;

/// A request to one shard. Requests that name several groups are split before.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupRequest {
    /// JoinGroup.
    Join {
        /// The request.
        request: JoinGroupRequest,
        /// Its version: 4 and later need a member id, 9 and later know `skip_assignment`.
        version: i16,
        /// The client's id, from the request header.
        client_id: String,
        /// The client's address as DescribeGroups shows it, for example `/127.0.0.1`.
        client_host: String,
    },
    /// SyncGroup.
    Sync(SyncGroupRequest),
    /// Heartbeat.
    Heartbeat(HeartbeatRequest),
    /// LeaveGroup; the one member of versions 0 to 2 is in `members` too.
    Leave(LeaveGroupRequest),
    /// OffsetCommit with topics that exist, by name.
    CommitOffsets {
        /// The request.
        request: OffsetCommitRequest,
        /// Its version: 9 and later tell apart an unknown group.
        version: i16,
    },
    /// One group of OffsetFetch, topics by name.
    FetchOffsets {
        /// The group.
        group: OffsetFetchRequestGroup,
        /// Whether offsets that an open transaction may change are an error (KIP-447).
        require_stable: bool,
    },
    /// TxnOffsetCommit with topics that exist.
    CommitTransactionalOffsets {
        /// The request.
        request: TxnOffsetCommitRequest,
        /// Where the shard's log ended when the transaction's coordinator was asked.
        asked_at: i64,
    },
    /// A transaction ended: its offsets count, or are dropped.
    EndTransaction(OffsetsMarker),
    /// OffsetDelete with topics that exist.
    DeleteOffsets(OffsetDeleteRequest),
    /// One group of DescribeGroups.
    Describe {
        /// The group.
        group_id: String,
    },
    /// ListGroups: the groups of the shard that pass both filters; an empty filter passes all.
    List {
        /// Names of states (KIP-518).
        states: Vec<String>,
        /// Names of types (KIP-848).
        types: Vec<String>,
    },
    /// One group of DeleteGroups.
    Delete {
        /// The group.
        group_id: String,
    },
}

impl GroupRequest {
    /// Checks the texts that end up in records.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidGroupId`] or [`ErrorCode::InvalidRequest`] if one is too long to be stored.
    pub(super) fn check_texts(&self) -> Result<(), ErrorCode> {
        let is_long = |text: &str| text.len() > MAX_TEXT_BYTES;
        match self {
            Self::Join { request, client_id, client_host, .. } => {
                let instance_id = request.group_instance_id.as_deref().unwrap_or_default();
                let texts = [&request.member_id, &request.protocol_type, client_id, client_host];
                let names = request.protocols.iter().map(|protocol| &protocol.name);
                if is_long(&request.group_id) {
                    Err(ErrorCode::InvalidGroupId)
                } else if instance_id.len() > MAX_INSTANCE_ID_BYTES
                    || texts.into_iter().chain(names).any(|text| is_long(text))
                {
                    Err(ErrorCode::InvalidRequest)
                } else {
                    Ok(())
                }
            }
            Self::CommitOffsets { request, .. } if is_long(&request.group_id) => {
                Err(ErrorCode::InvalidGroupId)
            }
            Self::CommitOffsets { request, .. }
                if request.topics.iter().any(|topic| is_long(&topic.name)) =>
            {
                Err(ErrorCode::InvalidRequest)
            }
            Self::CommitTransactionalOffsets { request, .. } if is_long(&request.group_id) => {
                Err(ErrorCode::InvalidGroupId)
            }
            Self::CommitTransactionalOffsets { request, .. }
                if request.topics.iter().any(|topic| is_long(&topic.name)) =>
            {
                Err(ErrorCode::InvalidRequest)
            }
            _ => Ok(()),
        }
    }
}
