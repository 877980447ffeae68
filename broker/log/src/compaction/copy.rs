//! The copy of a group of segments, while it is written: one segment whose files end with `.cleaned`.

use super::pass::{CompactionError, Settings};
use super::swap::{CLEANED_SUFFIX, discard};
use crate::segment::{FileSizes, Segment};
use crate::storage::Storage;
use std::io::IoSlice;
use std::sync::Arc;
use tidemill_protocol::records::{BatchHeader, RecordBatch};

/// The segment that is being written.
pub(super) struct Copy {
    storage: Arc<dyn Storage>,
    pub(super) segment: Segment,
    /// Batches that wait to be written, and their headers.
    buffer: Vec<u8>,
    headers: Vec<BatchHeader>,
}

impl Copy {
    pub(super) fn create(
        storage: &Arc<dyn Storage>,
        settings: &Settings,
        base_offset: i64,
    ) -> Result<Self, CompactionError> {
        discard(&**storage, &settings.directory, base_offset)?;
        let segment =
            Segment::create_with_suffix(&**storage, &settings.directory, base_offset, CLEANED_SUFFIX)?;
        Ok(Self { storage: Arc::clone(storage), segment, buffer: Vec::new(), headers: Vec::new() })
    }

    pub(super) fn add(&mut self, batch: &[u8], settings: &Settings) -> Result<(), CompactionError> {
        let header = RecordBatch::peek_header(batch)?;
        let base_offset = self.segment.base_offset();
        let size = self.segment.size_bytes() + (self.buffer.len() + batch.len()) as u64;
        let reach = header.last_offset() - base_offset;
        if size > u64::from(i32::MAX.unsigned_abs()) || reach > i64::from(i32::MAX) {
            return Err(CompactionError::TooLarge { base_offset });
        }
        self.buffer.extend_from_slice(batch);
        self.headers.push(header);
        if self.buffer.len() >= settings.options.io_buffer_bytes { self.write(settings) } else { Ok(()) }
    }

    fn write(&mut self, settings: &Settings) -> Result<(), CompactionError> {
        let storage = &*self.storage;
        let written = self.segment.write(storage, &mut [IoSlice::new(&self.buffer)]);
        written.map_err(|failure| failure.error)?;
        for header in self.headers.drain(..) {
            self.segment.note_batch(storage, &header, settings.index_interval_bytes)?;
        }
        self.segment.flush_indexes_if_due(storage)?;
        self.buffer.clear();
        Ok(())
    }

    /// Makes the copy durable under its own names; the sizes of its files under their final names, and whether it
    /// has a transaction index.
    pub(super) fn finish(mut self, settings: &Settings) -> Result<(FileSizes, bool), CompactionError> {
        if !self.buffer.is_empty() {
            self.write(settings)?;
        }
        let storage = Arc::clone(&self.storage);
        self.segment.open_log(&*storage)?.sync_data()?;
        for file in self.segment.complete_indexes(&*storage)? {
            file.sync_data()?;
        }
        self.segment.close(&*storage);
        storage.sync_directory(&settings.directory)?;
        Ok((self.segment.final_sizes(), self.segment.transactions.len() > 0))
    }
}
