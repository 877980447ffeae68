//! One segment: a file of batches and the indexes that lead into it.
//!
//! Every entry of the offset index points at the start of a batch. Files are opened when first used; bytes
//! that are not synced yet pin theirs, because a descriptor opened later might not learn of a failed write.

use crate::batch_scan::{BatchScan, ScanError};
use crate::entry_file::EntryFile;
use crate::file_names::{self, offset_file_name};
use crate::offset_index::{OffsetEntry, OffsetIndex};
use crate::storage::{LazyFile, Storage, StorageError, StoredFile};
use crate::time_index::{TimeIndex, TimestampOffset};
use crate::transaction_index::TransactionIndex;
use std::collections::BTreeMap;
use std::io::IoSlice;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tidemill_protocol::records::{BatchHeader, NO_TIMESTAMP, RecordBatch};

/// Sizes of the files of a partition's directory, by name.
pub(crate) type FileSizes = BTreeMap<String, u64>;

/// A write that failed.
#[derive(Debug)]
pub(crate) struct WriteFailure {
    pub(crate) error: StorageError,
    /// Whether the file is as long as before.
    pub(crate) undone: bool,
}

/// One segment of a log.
#[derive(Debug)]
pub(crate) struct Segment {
    base_offset: i64,
    /// After the last record, exclusive. Of a closed segment: where the next one begins.
    end_offset: i64,
    log: LazyFile,
    size_bytes: u64,
    pub(crate) offsets: OffsetIndex,
    pub(crate) times: TimeIndex,
    pub(crate) transactions: TransactionIndex,
    bytes_since_entry: u64,
    /// The largest timestamp and the last offset of the first batch that has it. Read from the time index when
    /// first asked for, if the segment was not written since the log was opened.
    largest: OnceLock<TimestampOffset>,
    /// Timestamp of the first batch: the segment's age counts from it.
    first_timestamp: Option<i64>,
    unsynced: Option<Arc<StoredFile>>,
}

impl Segment {
    /// Describes the segment at `base_offset`, whose files have `sizes`; opens nothing.
    pub(crate) fn new(directory: &Path, base_offset: i64, sizes: &FileSizes) -> Self {
        Self::with_suffix(directory, base_offset, "", sizes)
    }

    fn with_suffix(directory: &Path, base_offset: i64, suffix: &str, sizes: &FileSizes) -> Self {
        let path = |ending| directory.join(format!("{}{suffix}", offset_file_name(base_offset, ending)));
        let size = |ending| sizes.get(&offset_file_name(base_offset, ending)).copied().unwrap_or(0);
        let entries = |ending| (path(ending), size(ending));
        let (offsets, times) = (entries(file_names::OFFSET_INDEX), entries(file_names::TIME_INDEX));
        let transactions = entries(file_names::TRANSACTION_INDEX);
        Self {
            base_offset,
            end_offset: base_offset,
            log: LazyFile::new(path(file_names::LOG)),
            size_bytes: size(file_names::LOG),
            offsets: EntryFile::new(offsets.0, base_offset, offsets.1),
            times: EntryFile::new(times.0, base_offset, times.1),
            transactions: EntryFile::new(transactions.0, base_offset, transactions.1),
            bytes_since_entry: 0,
            largest: OnceLock::new(),
            first_timestamp: None,
            unsynced: None,
        }
    }

    /// Makes the file of a new, empty segment.
    pub(crate) fn create(
        storage: &dyn Storage,
        directory: &Path,
        base_offset: i64,
    ) -> Result<Self, StorageError> {
        Self::create_with_suffix(storage, directory, base_offset, "")
    }

    /// As [`Self::create`], under names that end with `suffix`.
    pub(crate) fn create_with_suffix(
        storage: &dyn Storage,
        directory: &Path,
        base_offset: i64,
        suffix: &str,
    ) -> Result<Self, StorageError> {
        let segment = Self::with_suffix(directory, base_offset, suffix, &FileSizes::new());
        // A file of that name can only be a leftover of a crash: its bytes were never acknowledged.
        segment.log.create(storage)?.set_len(0)?;
        Ok(segment)
    }

    pub(crate) fn base_offset(&self) -> i64 {
        self.base_offset
    }

    pub(crate) fn end_offset(&self) -> i64 {
        self.end_offset
    }

    pub(crate) fn set_end_offset(&mut self, end_offset: i64) {
        self.end_offset = end_offset;
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.size_bytes == 0
    }

    pub(crate) fn path(&self) -> &Path {
        self.log.path()
    }

    pub(crate) fn first_timestamp(&self) -> Option<i64> {
        self.first_timestamp
    }

    pub(crate) fn open_log(&self, storage: &dyn Storage) -> Result<Arc<StoredFile>, StorageError> {
        self.log.open(storage)
    }

    /// The file, if it has bytes that are not synced.
    pub(crate) fn unsynced(&self) -> Option<&Arc<StoredFile>> {
        self.unsynced.as_ref()
    }

    /// Unpins the file after all its bytes were synced.
    pub(crate) fn set_synced(&mut self) {
        self.unsynced = None;
    }

    /// Writes `parts`, whole batches, at the end of the file. On an error the file is as long as before, unless
    /// the failure says that it could not be cut again.
    pub(crate) fn write(
        &mut self,
        storage: &dyn Storage,
        parts: &mut [IoSlice<'_>],
    ) -> Result<(), WriteFailure> {
        let file = match &self.unsynced {
            Some(file) => Arc::clone(file),
            None => self.log.open(storage).map_err(|error| WriteFailure { error, undone: true })?,
        };
        if let Err(error) = file.write_all_at(parts, self.size_bytes) {
            return Err(WriteFailure { error, undone: file.set_len(self.size_bytes).is_ok() });
        }
        self.unsynced = Some(file);
        Ok(())
    }

    /// Notes a batch that lies at the end of the file: size, offsets, timestamps, index entries.
    pub(crate) fn note_batch(
        &mut self,
        storage: &dyn Storage,
        header: &BatchHeader,
        index_interval_bytes: u32,
    ) -> Result<(), StorageError> {
        let position = self.size_bytes;
        self.size_bytes += header.size_bytes() as u64;
        self.end_offset = header.end_offset();
        self.note_timestamp(storage, header)?;
        if self.bytes_since_entry > u64::from(index_interval_bytes) {
            let position = u32::try_from(position).expect("a segment rolls before it passes 2 GiB");
            self.offsets.push(OffsetEntry { offset: header.last_offset(), position });
            self.note_largest_timestamp(storage)?;
            self.bytes_since_entry = 0;
        }
        self.bytes_since_entry += header.size_bytes() as u64;
        Ok(())
    }

    /// Writes the index entries that wait in memory, if they are many.
    pub(crate) fn flush_indexes_if_due(&mut self, storage: &dyn Storage) -> Result<(), StorageError> {
        if self.offsets.is_flush_due() {
            self.offsets.flush(storage)?;
        }
        if self.times.is_flush_due() { self.times.flush(storage) } else { Ok(()) }
    }

    fn note_timestamp(&mut self, storage: &dyn Storage, header: &BatchHeader) -> Result<(), StorageError> {
        self.first_timestamp.get_or_insert(header.max_timestamp);
        if header.max_timestamp > self.largest_timestamp(storage)?.timestamp {
            let largest = TimestampOffset { timestamp: header.max_timestamp, offset: header.last_offset() };
            self.largest = OnceLock::from(largest);
        }
        Ok(())
    }

    /// The largest timestamp and the last offset of the first batch that has it; timestamp -1 if there is none.
    pub(crate) fn largest_timestamp(&self, storage: &dyn Storage) -> Result<TimestampOffset, StorageError> {
        if let Some(largest) = self.largest.get() {
            return Ok(*largest);
        }
        let none = TimestampOffset { timestamp: NO_TIMESTAMP, offset: self.base_offset };
        let last = self.times.last(storage)?.unwrap_or(none);
        Ok(*self.largest.get_or_init(|| last))
    }

    /// Adds the largest timestamp to the time index; done whenever the offset index grows and at the end.
    pub(crate) fn note_largest_timestamp(&mut self, storage: &dyn Storage) -> Result<(), StorageError> {
        let largest = self.largest_timestamp(storage)?;
        if largest.timestamp == NO_TIMESTAMP { Ok(()) } else { self.times.note(storage, largest) }
    }

    /// Whether index entries wait in memory.
    pub(crate) fn has_pending_entries(&self) -> bool {
        self.offsets.has_pending() || self.times.has_pending() || self.transactions.has_pending()
    }

    /// Completes the indexes and hands out their files, to be synced.
    pub(crate) fn complete_indexes(
        &mut self,
        storage: &dyn Storage,
    ) -> Result<Vec<Arc<StoredFile>>, StorageError> {
        self.note_largest_timestamp(storage)?;
        let mut files = vec![self.offsets.flushed_file(storage)?, self.times.flushed_file(storage)?];
        if self.transactions.len() > 0 {
            files.push(self.transactions.flushed_file(storage)?);
        }
        Ok(files)
    }

    /// Finds the first batch whose last offset is `offset` or larger; its position and header.
    pub(crate) fn find_batch(
        &self,
        storage: &dyn Storage,
        offset: i64,
    ) -> Result<Option<(u64, BatchHeader)>, ScanError> {
        let file = self.open_log(storage)?;
        let start = self.offsets.position_of(storage, offset)?;
        let mut scan = BatchScan::new(&file, start, self.size_bytes);
        while let Some((position, header)) = scan.next_header()? {
            if header.last_offset() >= offset {
                return Ok(Some((position, header)));
            }
        }
        Ok(None)
    }

    /// Finds how far whole batches from `start` on stay within `limit` (a position in the file) and below
    /// `end_offset`. Returns the position after the last one and the offset that follows it; `start` itself if
    /// not even the first one does. `start` must be the beginning of a batch.
    pub(crate) fn find_end(
        &self,
        storage: &dyn Storage,
        start: (u64, i64),
        limit: u64,
        end_offset: i64,
    ) -> Result<(u64, i64), ScanError> {
        if limit >= self.size_bytes && end_offset >= self.end_offset {
            return Ok((self.size_bytes, self.end_offset));
        }
        // Batches before an indexed one that lies within both bounds lie within them too.
        let by_offset = self.offsets.position_of(storage, end_offset - 1)?;
        let by_size = self.offsets.batch_before(storage, limit)?;
        let file = self.open_log(storage)?;
        let mut scan = BatchScan::new(&file, by_offset.min(by_size).max(start.0), self.size_bytes);
        let mut end = (scan.position(), start.1);
        while let Some((position, header)) = scan.next_header()? {
            if scan.position() > limit || header.end_offset() > end_offset {
                return Ok((position, header.base_offset));
            }
            end = (scan.position(), header.end_offset());
        }
        Ok(end)
    }

    /// Reads one whole batch and verifies its checksum.
    pub(crate) fn read_batch(
        &self,
        storage: &dyn Storage,
        position: u64,
    ) -> Result<Option<RecordBatch>, ScanError> {
        let file = self.open_log(storage)?;
        BatchScan::new(&file, position, self.size_bytes).next_batch()
    }

    /// Writes the batches from `offset` on over themselves, so that the next sync writes them for sure.
    pub(crate) fn rewrite_from(&self, storage: &dyn Storage, offset: i64) -> Result<(), ScanError> {
        const CHUNK: u64 = 1 << 20;
        let Some((mut position, _)) = self.find_batch(storage, offset)? else {
            return Ok(());
        };
        let file = self.open_log(storage)?;
        while position < self.size_bytes {
            let len = CHUNK.min(self.size_bytes - position);
            let mut bytes = vec![0; usize::try_from(len).expect("a chunk fits into memory")];
            file.read_exact_at(&mut bytes, position)?;
            file.write_all_at(&mut [IoSlice::new(&bytes)], position)?;
            position += len;
        }
        Ok(())
    }

    /// Cuts the file at `position`, where the batch at `offset` begins, and the indexes with it.
    pub(crate) fn truncate(
        &mut self,
        storage: &dyn Storage,
        position: u64,
        offset: i64,
    ) -> Result<(), StorageError> {
        let file = self.open_log(storage)?;
        file.set_len(position)?;
        self.unsynced = Some(file);
        self.size_bytes = position;
        self.end_offset = offset;
        self.offsets.cut_at(storage, position)?;
        self.times.cut_at(storage, offset)?;
        self.transactions.cut_at(storage, offset)?;
        // Until the tail is loaded again the time index knows only a floor of the largest timestamp left.
        Ok(())
    }

    /// Reads what an open segment must know and its indexes do not hold: the headers behind the last index
    /// entry, for the end offset and the largest timestamp, and the first header, for the segment's age.
    pub(crate) fn load_tail(&mut self, storage: &dyn Storage) -> Result<(), ScanError> {
        self.largest = OnceLock::new();
        self.first_timestamp = None;
        self.end_offset = self.base_offset;
        self.bytes_since_entry = 0;
        if self.is_empty() {
            return Ok(());
        }
        let file = self.open_log(storage)?;
        let first = BatchScan::new(&file, 0, self.size_bytes).next_header()?;
        self.first_timestamp = first.map(|(_, header)| header.max_timestamp);
        let last_entry = self.offsets.last(storage)?.map_or(0, |entry| u64::from(entry.position));
        let mut scan = BatchScan::new(&file, last_entry, self.size_bytes);
        while let Some((_, header)) = scan.next_header()? {
            self.end_offset = header.end_offset();
            self.note_timestamp(storage, &header)?;
        }
        self.bytes_since_entry = self.size_bytes - last_entry;
        Ok(())
    }

    /// Empties the indexes and the description of the segment, so that [`Self::note_batch`] can build them anew
    /// from the file.
    pub(crate) fn begin_rebuild(&mut self, storage: &dyn Storage) -> Result<(), StorageError> {
        self.offsets.truncate(storage, 0)?;
        self.times.truncate(storage, 0)?;
        self.transactions.truncate(storage, 0)?;
        self.largest = OnceLock::new();
        self.first_timestamp = None;
        self.bytes_since_entry = 0;
        self.size_bytes = 0;
        self.end_offset = self.base_offset;
        Ok(())
    }

    /// Sizes of the segment's files by the names they have without a suffix; the indexes must be complete.
    pub(crate) fn final_sizes(&self) -> FileSizes {
        let mut sizes = FileSizes::new();
        let mut add = |ending, size| sizes.insert(offset_file_name(self.base_offset, ending), size);
        add(file_names::LOG, self.size_bytes);
        add(file_names::OFFSET_INDEX, self.offsets.size_bytes());
        add(file_names::TIME_INDEX, self.times.size_bytes());
        if self.transactions.len() > 0 {
            add(file_names::TRANSACTION_INDEX, self.transactions.size_bytes());
        }
        sizes
    }

    /// Removes all files of the segment, its batches first.
    pub(crate) fn remove(&self, storage: &dyn Storage) -> Result<(), StorageError> {
        self.log.remove(storage)?;
        self.offsets.remove(storage)?;
        self.times.remove(storage)?;
        self.transactions.remove(storage)
    }

    /// Lets cached descriptors go.
    pub(crate) fn close(&self, storage: &dyn Storage) {
        self.log.close(storage);
        self.offsets.close(storage);
        self.times.close(storage);
        self.transactions.close(storage);
    }
}
