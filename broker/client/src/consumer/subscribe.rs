//! Subscriptions: the group assigns the partitions.

use std::collections::BTreeSet;
use std::sync::Arc;

use regex::Regex;

use super::errors::SubscribeError;
use super::handle::Consumer;
use super::listener::{NoListener, RebalanceListener};
use super::membership::{Membership, MembershipSettings};
use super::membership_calls;
use super::state::{State, Subscription};
use crate::TopicPartition;
use crate::network;

impl Consumer {
    /// Reads `topics` together with the other members of the group; replaces an earlier subscription.
    ///
    /// # Errors
    /// [`SubscribeError`] without a group, or while partitions are assigned by hand.
    pub fn subscribe(&self, topics: &[&str]) -> Result<(), SubscribeError> {
        self.subscribe_with(topics, Arc::new(NoListener))
    }

    /// Like [`Consumer::subscribe`]; `listener` hears of rebalances.
    ///
    /// # Errors
    /// As there.
    pub fn subscribe_with(
        &self,
        topics: &[&str],
        listener: Arc<dyn RebalanceListener>,
    ) -> Result<(), SubscribeError> {
        let topics: BTreeSet<Arc<str>> = topics.iter().map(|topic| Arc::from(*topic)).collect();
        self.start_subscription(Subscription::Topics, listener)?;
        self.shared.cluster.follow_only(topics.clone(), false);
        self.shared.change_member(|member, _| member.set_topics(topics));
        Ok(())
    }

    /// Reads every topic whose whole name matches the regular expression, now and later.
    ///
    /// New topics are noticed within `metadata.max.age.ms`.
    ///
    /// # Errors
    /// As [`Consumer::subscribe`], and [`SubscribeError::Pattern`].
    pub fn subscribe_pattern(&self, pattern: &str) -> Result<(), SubscribeError> {
        self.subscribe_pattern_with(pattern, Arc::new(NoListener))
    }

    /// Like [`Consumer::subscribe_pattern`]; `listener` hears of rebalances.
    ///
    /// # Errors
    /// As there.
    pub fn subscribe_pattern_with(
        &self,
        pattern: &str,
        listener: Arc<dyn RebalanceListener>,
    ) -> Result<(), SubscribeError> {
        let refused = |error: regex::Error| SubscribeError::Pattern {
            pattern: pattern.to_owned(),
            reason: error.to_string(),
        };
        let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(refused)?;
        let since = self.shared.cluster.follow_only([], true);
        self.start_subscription(Subscription::Pattern { pattern: whole, since }, listener)
    }

    fn start_subscription(
        &self,
        subscription: Subscription,
        listener: Arc<dyn RebalanceListener>,
    ) -> Result<(), SubscribeError> {
        if self.shared.is_closed() {
            return Err(SubscribeError::Closed);
        }
        if self.shared.group.is_none() {
            return Err(SubscribeError::NoGroup);
        }
        let config = &self.shared.config;
        let settings = MembershipSettings {
            instance_id: config.group_instance_id.clone(),
            cooperative: self.shared.assignors.iter().all(|assignor| assignor.is_cooperative()),
            heartbeat_interval: config.heartbeat_interval,
            max_poll_interval: config.max_poll_interval,
            backoff: self.shared.cluster.retry_backoff(),
        };
        self.shared.change(|state: &mut State| {
            if matches!(state.subscription, Subscription::Manual) {
                return Err(SubscribeError::Assigned);
            }
            state.subscription = subscription;
            state.listener = listener;
            state.membership.get_or_insert_with(|| Membership::new(settings, network::random()));
            Ok(())
        })
    }

    /// Gives every partition up and leaves the group.
    pub async fn unsubscribe(&self) {
        network::within(async {
            let owned: Vec<TopicPartition> = {
                let state = self.shared.state.lock();
                state
                    .membership
                    .as_ref()
                    .map(|member| member.owned().iter().cloned().collect())
                    .unwrap_or_default()
            };
            self.give_up(&owned, true).await;
            membership_calls::say_goodbye(&self.shared).await;
            self.shared.change(|state| {
                let left: Vec<TopicPartition> = state.fetcher.assignment().cloned().collect();
                left.iter().for_each(|partition| state.fetcher.remove(partition));
                state.membership = None;
                state.subscription = Subscription::None;
                state.listener = Arc::new(NoListener);
            });
        })
        .await;
    }

    /// Returns the topics subscribed to; those that match, for a pattern.
    #[must_use]
    pub fn subscription(&self) -> BTreeSet<Arc<str>> {
        self.shared.state.lock().membership.as_ref().map(Membership::topics).unwrap_or_default()
    }

    /// Has the group rebalance soon, for example because what the assignor looks at has changed.
    pub fn enforce_rebalance(&self) {
        self.shared.change_member(|member, _| member.request_rejoin());
    }
}
