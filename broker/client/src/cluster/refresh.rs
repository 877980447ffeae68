//! Renews the view of the cluster: on request, and when it is older than `metadata.max.age.ms`.
//!
//! Requests are numbered. A view names the newest request it answers, so that whoever asked knows whether an
//! answer that arrives was already under way when it asked.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tidemill_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};

use super::calls::Shared;
use crate::connection::{Backoff, CallError};
use crate::network;

/// What a client wants to know about.
#[derive(Debug, Default)]
pub(super) struct Interest {
    /// Topics by name.
    pub(super) topics: BTreeSet<Arc<str>>,
    /// Every topic of the cluster, for subscriptions by pattern.
    pub(super) all_topics: bool,
    /// Whether the broker may create the topics that do not exist.
    pub(super) may_create: bool,
    /// Number of the newest request.
    pub(super) requests: u64,
}

/// Runs until the client is gone.
pub(super) async fn keep_fresh(shared: Weak<Shared>, max_age: Duration, backoff: Backoff) {
    let mut failures = 0;
    let mut random = network::random();
    loop {
        let Some(client) = shared.upgrade() else { return };
        let answered = client.published.borrow().answers;
        let wanted = Arc::clone(&client.wanted);
        let due = client.interest.lock().requests > answered;
        drop(client);
        if !due {
            tokio::select! {
                () = wanted.notified() => {}
                () = tokio::time::sleep(max_age) => {
                    let Some(client) = shared.upgrade() else { return };
                    client.interest.lock().requests += 1;
                }
            }
            continue;
        }
        let Some(client) = shared.upgrade() else { return };
        let refreshed = refresh(&client).await;
        drop(client);
        failures = if refreshed { 0 } else { failures + 1 };
        // At most one refresh each backoff, however many ask.
        tokio::time::sleep(backoff.delay(failures.max(1), &mut random)).await;
    }
}

/// Asks once and publishes the answer.
async fn refresh(client: &Shared) -> bool {
    let (request, number) = {
        let interest = client.interest.lock();
        (metadata_request(&interest), interest.requests)
    };
    let answer: Result<MetadataResponse, CallError> = client.call_any(|_| request.clone()).await;
    match answer {
        Ok(response) => {
            client.published.send_modify(|view| *view = Arc::new(view.succeeded_by(response, number)));
            true
        }
        Err(error) => {
            tracing::debug!(%error, "cannot refresh metadata");
            *client.last_error.lock() = Some(error.to_string());
            false
        }
    }
}

fn metadata_request(interest: &Interest) -> MetadataRequest {
    let named = |name: &Arc<str>| MetadataRequestTopic {
        name: Some(name.to_string()),
        ..MetadataRequestTopic::default()
    };
    let topics = (!interest.all_topics).then(|| interest.topics.iter().map(named).collect());
    MetadataRequest { topics, allow_auto_topic_creation: interest.may_create, ..MetadataRequest::default() }
}
