//! CreatePartitions: more partitions for topics that exist; never fewer.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic, CreatePartitionsTopicResult,
};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;
use crate::catalog::topics::{self, TopicError};

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=3;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: CreatePartitionsRequest,
) -> CreatePartitionsResponse {
    let validate_only = request.validate_only;
    let results = request
        .topics
        .into_iter()
        .map(|topic| tokio::task::block_in_place(|| grow(broker, topic, validate_only)))
        .collect();
    CreatePartitionsResponse { results, ..CreatePartitionsResponse::default() }
}

fn grow(
    broker: &BrokerState,
    wanted: CreatePartitionsTopic,
    validate_only: bool,
) -> CreatePartitionsTopicResult {
    let assignments: Option<Vec<Vec<i32>>> =
        wanted.assignments.map(|all| all.into_iter().map(|one| one.broker_ids).collect());
    let decided = broker.change_metadata(|image| {
        let changes = image
            .topic(&wanted.name)
            .ok_or(TopicError::Unknown)
            .and_then(|topic| topics::grow(topic, wanted.count, assignments.as_deref(), broker.placement()));
        match changes {
            Ok(_) if validate_only => (Vec::new(), Ok(())),
            Ok(changes) => (changes, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        }
    });
    let (error, message) = match decided {
        Ok(Ok(())) => (ErrorCode::None, None),
        Ok(Err(error)) => (errors::of_topic(&error), Some(error.to_string())),
        Err(error) => (errors::of_commit(&error), Some(error.to_string())),
    };
    CreatePartitionsTopicResult { name: wanted.name, error_code: error.code(), error_message: message }
}
