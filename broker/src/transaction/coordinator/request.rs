//! What a shard can be asked, and what it answers.

use std::collections::BTreeSet;

use tidemill_protocol::ErrorCode;

use super::marking::{Decided, Handed};
use crate::transaction::records::MAX_ID_BYTES;
use crate::transaction::state::TransactionState;
use crate::transaction::transactional_id::{End, Initialize, Producer, TopicPartition, Transaction};

/// A request to one shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TransactionRequest {
    /// InitProducerId.
    Initialize { transactional_id: String, request: Initialize },
    /// AddPartitionsToTxn, AddOffsetsToTxn, and what a producer of the new protocol writes to.
    Add { transactional_id: String, producer: Producer, partitions: BTreeSet<TopicPartition> },
    /// Which of these partitions are not in the transaction?
    Verify { transactional_id: String, producer: Producer, partitions: BTreeSet<TopicPartition> },
    /// EndTxn.
    End { transactional_id: String, request: End },
    /// One transactional id of DescribeTransactions.
    Describe { transactional_id: String },
    /// ListTransactions.
    List(ListFilter),
    /// Which transactions need markers? Answered when there are some; the caller writes them.
    NextDecided,
    /// Every partition has its marker.
    MarkersWritten { transactional_id: String, handed: Handed },
}

/// Which transactional ids to list; what is empty or absent passes all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ListFilter {
    /// Names of states.
    pub(crate) states: Vec<String>,
    pub(crate) producer_ids: Vec<i64>,
    /// Only transactions that began longer ago than this.
    pub(crate) older_than_ms: Option<i64>,
}

/// An answer of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TransactionReply {
    /// The request came too late, too early, or from the wrong producer.
    Refused(ErrorCode),
    /// Ask again with a producer id that nobody had.
    NeedsProducerId,
    /// To Initialize and End: who writes next under the transactional id.
    Producer(Producer),
    /// To Add and MarkersWritten.
    Done,
    /// To Verify: the partitions that are not in the transaction.
    Missing(BTreeSet<TopicPartition>),
    /// To Describe.
    Described(Box<Transaction>),
    /// To List.
    Listed(Vec<ListedTransaction>),
    /// To NextDecided.
    Decided(Decided),
}

/// One transactional id of ListTransactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedTransaction {
    pub(crate) transactional_id: String,
    pub(crate) producer_id: i64,
    pub(crate) state: TransactionState,
}

impl TransactionRequest {
    /// Checks the text that ends up in records.
    ///
    /// # Errors
    /// INVALID_REQUEST if there is no transactional id, or one too long to be stored.
    pub(super) fn check_text(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Initialize { transactional_id, .. }
            | Self::Add { transactional_id, .. }
            | Self::Verify { transactional_id, .. }
            | Self::End { transactional_id, .. }
            | Self::Describe { transactional_id }
            | Self::MarkersWritten { transactional_id, .. }
                if transactional_id.is_empty() || transactional_id.len() > MAX_ID_BYTES =>
            {
                Err(ErrorCode::InvalidRequest)
            }
            _ => Ok(()),
        }
    }
}
