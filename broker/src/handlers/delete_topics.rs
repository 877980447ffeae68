//! DeleteTopics: by name or (since version 6) by id. The name is free again when the response leaves.

use std::ops::RangeInclusive;

use tidemill_protocol::messages::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};
use tidemill_protocol::{ErrorCode, Uuid};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;
use crate::catalog::change::{Change, TopicId};

pub(super) const VERSIONS: RangeInclusive<i16> = 1..=6;
/// The first version whose topics may be named by id.
const TOPIC_IDS_SINCE: i16 = 6;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: DeleteTopicsRequest,
) -> DeleteTopicsResponse {
    let wanted = if context.version >= TOPIC_IDS_SINCE {
        request.topics
    } else {
        let named = |name| DeleteTopicState { name: Some(name), ..DeleteTopicState::default() };
        request.topic_names.into_iter().map(named).collect()
    };
    let responses: Vec<DeletableTopicResult> =
        wanted.into_iter().map(|topic| tokio::task::block_in_place(|| delete(broker, topic))).collect();
    let deleted = responses.iter().filter(|topic| topic.error_code == ErrorCode::None.code());
    let deleted: Vec<String> = deleted.filter_map(|topic| topic.name.clone()).collect();
    broker.groups.forget_topics(&deleted).await;
    DeleteTopicsResponse { responses, ..DeleteTopicsResponse::default() }
}

fn delete(broker: &BrokerState, wanted: DeleteTopicState) -> DeletableTopicResult {
    let result = find_and_delete(broker, &wanted);
    let (error, deleted) = match result {
        Ok((name, id)) => (ErrorCode::None, Some((name, id))),
        Err(error) => (error, None),
    };
    let (name, topic_id) = match deleted {
        Some((name, id)) => (Some(name), id),
        None => (wanted.name, wanted.topic_id),
    };
    DeletableTopicResult {
        name,
        topic_id,
        error_code: error.code(),
        error_message: (error != ErrorCode::None).then(|| error.message().to_owned()),
    }
}

fn find_and_delete(broker: &BrokerState, wanted: &DeleteTopicState) -> Result<(String, Uuid), ErrorCode> {
    if !broker.config.topics.delete_enabled {
        return Err(ErrorCode::TopicDeletionDisabled);
    }
    if wanted.name.is_some() && !wanted.topic_id.is_zero() {
        return Err(ErrorCode::InvalidRequest);
    }
    let decided = broker.change_metadata(|image| {
        let found = match &wanted.name {
            Some(name) => image.topic(name).ok_or(ErrorCode::UnknownTopicOrPartition),
            None => image.topic_by_id(wanted.topic_id).ok_or(ErrorCode::UnknownTopicId),
        };
        match found {
            Ok(topic) => {
                (vec![Change::TopicDeleted { id: TopicId(topic.id) }], Ok((topic.name.to_string(), topic.id)))
            }
            Err(error) => (Vec::new(), Err(error)),
        }
    });
    let (name, id) = decided.map_err(|error| errors::of_commit(&error))??;
    broker.metrics.forget_topic(&name);
    Ok((name, id))
}
