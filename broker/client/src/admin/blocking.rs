//! Administration for callers that do not await.

use std::collections::BTreeMap;

use super::{
    Admin, AdminError, ClusterDescription, ConfigAlteration, ConfigDescription, ConfigResource,
    CreateTopicsOptions, CreatedTopic, GroupDescription, GroupListing, HangingTransaction, ItemResults,
    LogDirDescription, NewPartitions, NewTopic, OffsetSpec, ProducerDescription, TransactionDescription,
    TransactionFilter, TransactionListing,
};
use crate::cluster::TopicMetadata;
use crate::network::block_on;
use crate::{OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};

/// An [`Admin`] whose methods wait on the calling thread. Needs no runtime of the caller.
#[derive(Debug, Clone)]
pub struct BlockingAdmin {
    admin: Admin,
}

impl BlockingAdmin {
    pub(super) fn new(admin: Admin) -> Self {
        Self { admin }
    }

    /// See [`Admin::create_topics`].
    ///
    /// # Errors
    /// As there.
    pub fn create_topics(
        &self,
        topics: Vec<NewTopic>,
    ) -> Result<ItemResults<String, CreatedTopic>, AdminError> {
        block_on(self.admin.create_topics(topics))
    }

    /// See [`Admin::create_topics_with`].
    ///
    /// # Errors
    /// As there.
    pub fn create_topics_with(
        &self,
        topics: Vec<NewTopic>,
        options: CreateTopicsOptions,
    ) -> Result<ItemResults<String, CreatedTopic>, AdminError> {
        block_on(self.admin.create_topics_with(topics, options))
    }

    /// See [`Admin::delete_topics`].
    ///
    /// # Errors
    /// As there.
    pub fn delete_topics(&self, names: &[&str]) -> Result<ItemResults<String, ()>, AdminError> {
        block_on(self.admin.delete_topics(names))
    }

    /// See [`Admin::list_topics`].
    ///
    /// # Errors
    /// As there.
    pub fn list_topics(&self) -> Result<Vec<TopicMetadata>, AdminError> {
        block_on(self.admin.list_topics())
    }

    /// See [`Admin::describe_topics`].
    ///
    /// # Errors
    /// As there.
    pub fn describe_topics(&self, names: &[&str]) -> Result<ItemResults<String, TopicMetadata>, AdminError> {
        block_on(self.admin.describe_topics(names))
    }

    /// See [`Admin::create_partitions`].
    ///
    /// # Errors
    /// As there.
    pub fn create_partitions(
        &self,
        topics: &[(&str, NewPartitions)],
    ) -> Result<ItemResults<String, ()>, AdminError> {
        block_on(self.admin.create_partitions(topics))
    }

    /// See [`Admin::delete_records`].
    ///
    /// # Errors
    /// As there.
    pub fn delete_records(
        &self,
        offsets: &BTreeMap<TopicPartition, i64>,
    ) -> Result<ItemResults<TopicPartition, i64>, AdminError> {
        block_on(self.admin.delete_records(offsets))
    }

    /// See [`Admin::describe_configs`].
    ///
    /// # Errors
    /// As there.
    pub fn describe_configs(
        &self,
        resources: &[ConfigResource],
    ) -> Result<ItemResults<ConfigResource, ConfigDescription>, AdminError> {
        block_on(self.admin.describe_configs(resources))
    }

    /// See [`Admin::incremental_alter_configs`].
    ///
    /// # Errors
    /// As there.
    pub fn incremental_alter_configs(
        &self,
        alterations: &[(ConfigResource, Vec<ConfigAlteration>)],
    ) -> Result<ItemResults<ConfigResource, ()>, AdminError> {
        block_on(self.admin.incremental_alter_configs(alterations))
    }

    /// See [`Admin::describe_cluster`].
    ///
    /// # Errors
    /// As there.
    pub fn describe_cluster(&self) -> Result<ClusterDescription, AdminError> {
        block_on(self.admin.describe_cluster())
    }

    /// See [`Admin::describe_log_dirs`].
    ///
    /// # Errors
    /// As there.
    pub fn describe_log_dirs(
        &self,
        brokers: &[i32],
    ) -> Result<ItemResults<i32, LogDirDescription>, AdminError> {
        block_on(self.admin.describe_log_dirs(brokers))
    }

    /// See [`Admin::list_groups`].
    ///
    /// # Errors
    /// As there.
    pub fn list_groups(&self) -> Result<Vec<GroupListing>, AdminError> {
        block_on(self.admin.list_groups())
    }

    /// See [`Admin::describe_groups`].
    ///
    /// # Errors
    /// As there.
    pub fn describe_groups(
        &self,
        groups: &[&str],
    ) -> Result<ItemResults<String, GroupDescription>, AdminError> {
        block_on(self.admin.describe_groups(groups))
    }

    /// See [`Admin::delete_groups`].
    ///
    /// # Errors
    /// As there.
    pub fn delete_groups(&self, groups: &[&str]) -> Result<ItemResults<String, ()>, AdminError> {
        block_on(self.admin.delete_groups(groups))
    }

    /// See [`Admin::list_group_offsets`].
    ///
    /// # Errors
    /// As there.
    pub fn list_group_offsets(
        &self,
        group: &str,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<BTreeMap<TopicPartition, OffsetAndMetadata>, AdminError> {
        block_on(self.admin.list_group_offsets(group, partitions))
    }

    /// See [`Admin::alter_group_offsets`].
    ///
    /// # Errors
    /// As there.
    pub fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, OffsetAndMetadata>,
    ) -> Result<ItemResults<TopicPartition, ()>, AdminError> {
        block_on(self.admin.alter_group_offsets(group, offsets))
    }

    /// See [`Admin::delete_group_offsets`].
    ///
    /// # Errors
    /// As there.
    pub fn delete_group_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<ItemResults<TopicPartition, ()>, AdminError> {
        block_on(self.admin.delete_group_offsets(group, partitions))
    }

    /// See [`Admin::list_offsets`].
    ///
    /// # Errors
    /// As there.
    pub fn list_offsets(
        &self,
        wanted: &BTreeMap<TopicPartition, OffsetSpec>,
    ) -> Result<ItemResults<TopicPartition, Option<OffsetAndTimestamp>>, AdminError> {
        block_on(self.admin.list_offsets(wanted))
    }

    /// See [`Admin::list_transactions`].
    ///
    /// # Errors
    /// As there.
    pub fn list_transactions(
        &self,
        filter: &TransactionFilter,
    ) -> Result<Vec<TransactionListing>, AdminError> {
        block_on(self.admin.list_transactions(filter))
    }

    /// See [`Admin::describe_transactions`].
    ///
    /// # Errors
    /// As there.
    pub fn describe_transactions(
        &self,
        transactional_ids: &[&str],
    ) -> Result<ItemResults<String, TransactionDescription>, AdminError> {
        block_on(self.admin.describe_transactions(transactional_ids))
    }

    /// See [`Admin::fence_producers`].
    ///
    /// # Errors
    /// As there.
    pub fn fence_producers(
        &self,
        transactional_ids: &[&str],
    ) -> Result<ItemResults<String, (i64, i16)>, AdminError> {
        block_on(self.admin.fence_producers(transactional_ids))
    }

    /// See [`Admin::describe_producers`].
    ///
    /// # Errors
    /// As there.
    pub fn describe_producers(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<ItemResults<TopicPartition, Vec<ProducerDescription>>, AdminError> {
        block_on(self.admin.describe_producers(partitions))
    }

    /// See [`Admin::abort_transaction`].
    ///
    /// # Errors
    /// As there.
    pub fn abort_transaction(&self, hanging: &HangingTransaction) -> Result<(), AdminError> {
        block_on(self.admin.abort_transaction(hanging))
    }
}
