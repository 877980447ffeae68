//! Positions and offsets: seek, pause, ask.

use crate::TopicPartition;

use super::errors::OffsetError;
use super::handle::Consumer;
use super::partition_state::Position;
use super::state::State;
use crate::OffsetAndMetadata;
use crate::list_offsets::{EARLIEST, LATEST};

impl Consumer {
    /// Returns the assigned partitions.
    #[must_use]
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.shared.state.lock().fetcher.assignment().cloned().collect()
    }

    /// Reads `partition` from `offset` on.
    ///
    /// # Errors
    /// [`OffsetError`] if the partition is not assigned or the offset negative.
    pub fn seek(&self, partition: &TopicPartition, offset: i64) -> Result<(), OffsetError> {
        self.seek_with(partition, &OffsetAndMetadata::new(offset))
    }

    /// Reads `partition` from a committed position on; its leader epoch lets the broker notice a truncated log.
    ///
    /// # Errors
    /// As [`Consumer::seek`].
    pub fn seek_with(
        &self,
        partition: &TopicPartition,
        position: &OffsetAndMetadata,
    ) -> Result<(), OffsetError> {
        let offset = position.offset;
        if offset < 0 {
            return Err(OffsetError::Negative { partition: partition.clone(), offset });
        }
        let epoch = position.leader_epoch.unwrap_or(-1);
        self.on_assigned(partition, |state| state.fetcher.seek(partition, Position { offset, epoch }))
    }

    /// Reads each partition from the first offset of its log on.
    ///
    /// # Errors
    /// [`OffsetError::NotAssigned`] for the first partition that is not assigned.
    pub fn seek_to_beginning(&self, partitions: &[TopicPartition]) -> Result<(), OffsetError> {
        self.seek_each(partitions, EARLIEST)
    }

    /// Reads each partition from its end on.
    ///
    /// # Errors
    /// [`OffsetError::NotAssigned`] for the first partition that is not assigned.
    pub fn seek_to_end(&self, partitions: &[TopicPartition]) -> Result<(), OffsetError> {
        self.seek_each(partitions, LATEST)
    }

    fn seek_each(&self, partitions: &[TopicPartition], timestamp: i64) -> Result<(), OffsetError> {
        partitions.iter().try_for_each(|partition| {
            self.on_assigned(partition, |state| state.fetcher.seek_to_time(partition, timestamp))
        })
    }

    /// Stops returning records of the partitions; they stay assigned.
    ///
    /// # Errors
    /// [`OffsetError::NotAssigned`] for the first partition that is not assigned.
    pub fn pause(&self, partitions: &[TopicPartition]) -> Result<(), OffsetError> {
        self.set_paused(partitions, true)
    }

    /// Takes up again what was paused.
    ///
    /// # Errors
    /// [`OffsetError::NotAssigned`] for the first partition that is not assigned.
    pub fn resume(&self, partitions: &[TopicPartition]) -> Result<(), OffsetError> {
        self.set_paused(partitions, false)
    }

    fn set_paused(&self, partitions: &[TopicPartition], paused: bool) -> Result<(), OffsetError> {
        let changed = partitions.iter().try_for_each(|partition| {
            self.on_assigned(partition, |state| state.fetcher.set_paused(partition, paused))
        });
        self.shared.ready.notify_one();
        changed
    }

    /// Returns the paused partitions.
    #[must_use]
    pub fn paused(&self) -> Vec<TopicPartition> {
        self.shared.state.lock().fetcher.paused()
    }

    fn on_assigned(
        &self,
        partition: &TopicPartition,
        change: impl FnOnce(&mut State) -> bool,
    ) -> Result<(), OffsetError> {
        if self.shared.change(change) {
            Ok(())
        } else {
            Err(OffsetError::NotAssigned { partition: partition.clone() })
        }
    }
}
