//! A backend in RocksDB: one database per task.
//!
//! One column family per store, named like the store, and the default one for checkpoints (key: the store's name). No
//! write-ahead log: the changelog is that log. `atomic_flush` writes all families together, so after a crash the database
//! is the state of some earlier commit, with the changelog offset of that same commit.
//!
//! Expired windows are removed by compaction, which reads the boundary that commits move.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamilyDescriptor, CompactionDecision, DB, Direction, FlushOptions,
    IteratorMode, Options, ReadOptions, WriteBatch, WriteBufferManager, WriteOptions,
};

use super::StateError;
use super::backend::{StateBackend, StoreCheckpoint, StoreLayout, Visit, WindowExpiry, Write};
use super::window_store::start_of_stored_key;

/// Unflushed changes after which a commit also flushes, so that a replay after a crash stays short.
const FLUSH_AFTER_RECORDS: u64 = 200_000;
const FLUSH_AFTER_BYTES: u64 = 64 * 1024 * 1024;
const BLOOM_BITS_PER_KEY: f64 = 10.0;
const BLOCK_BYTES: usize = 16 * 1024;
const MAX_OPEN_FILES: i32 = 256;

/// The memory that the databases of a process share: block cache and write buffers.
#[derive(Clone)]
pub struct StateMemory {
    cache: Cache,
    write_buffers: WriteBufferManager,
}

impl StateMemory {
    /// Makes a budget of `limit_bytes` for blocks and write buffers together; buffers take up to half of it.
    #[must_use]
    pub fn new(limit_bytes: usize) -> Self {
        let cache = Cache::new_hyper_clock_cache(limit_bytes, 0);
        let write_buffers =
            WriteBufferManager::new_write_buffer_manager_with_cache(limit_bytes / 2, false, cache.clone());
        Self { cache, write_buffers }
    }
}

/// Committed state in a database of its own.
pub(crate) struct RocksDbBackend {
    database: DB,
    stores: HashMap<usize, Arc<str>>,
    unflushed_records: AtomicU64,
    unflushed_bytes: AtomicU64,
    flushing: Mutex<()>,
}

impl RocksDbBackend {
    /// Opens the database at `path`, creating it and what it lacks of `layouts`.
    pub(crate) fn open(
        path: &Path,
        layouts: &[StoreLayout],
        memory: &StateMemory,
    ) -> Result<Self, StateError> {
        let failed =
            |source| StateError::RocksDb { action: "open", store: path.display().to_string(), source };
        let mut options = Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        options.set_atomic_flush(true);
        options.set_write_buffer_manager(&memory.write_buffers);
        options.set_max_open_files(MAX_OPEN_FILES);
        options.set_keep_log_file_num(1);
        options.set_max_background_jobs(2);
        let known = if path.join("CURRENT").exists() {
            DB::list_cf(&options, path).map_err(failed)?
        } else {
            Vec::new()
        };
        let mut families = vec![ColumnFamilyDescriptor::new("default", family_options(memory, None))];
        for layout in layouts {
            let options = family_options(memory, layout.expiry.clone());
            families.push(ColumnFamilyDescriptor::new(layout.name.as_ref(), options));
        }
        // RocksDB opens only with all its families: those of stores that left the topology stay as they are.
        for name in known {
            if name != "default" && !layouts.iter().any(|layout| *layout.name == *name) {
                families.push(ColumnFamilyDescriptor::new(name, family_options(memory, None)));
            }
        }
        let database = DB::open_cf_descriptors(&options, path, families).map_err(failed)?;
        Ok(Self {
            database,
            stores: layouts.iter().map(|layout| (layout.index, Arc::clone(&layout.name))).collect(),
            unflushed_records: AtomicU64::new(0),
            unflushed_bytes: AtomicU64::new(0),
            flushing: Mutex::new(()),
        })
    }

    fn name(&self, store: usize) -> &Arc<str> {
        self.stores.get(&store).expect("the topology gives a task the stores of its own sub-topology only")
    }

    fn family(&self, store: usize) -> &rocksdb::ColumnFamily {
        self.database.cf_handle(self.name(store)).expect("open created a family for every store")
    }

    fn failed(&self, action: &'static str, store: usize) -> impl Fn(rocksdb::Error) -> StateError + use<> {
        let name = Arc::clone(self.name(store));
        move |source| StateError::RocksDb { action, store: name.to_string(), source }
    }

    fn failed_commit(source: rocksdb::Error) -> StateError {
        StateError::RocksDb { action: "commit to", store: "of the task".to_owned(), source }
    }
}

impl StateBackend for RocksDbBackend {
    fn get(&self, store: usize, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.database.get_cf(self.family(store), key).map_err(self.failed("read", store))
    }

    fn scan(&self, store: usize, min: &[u8], end: Option<&[u8]>, visit: Visit<'_>) -> Result<(), StateError> {
        let mut options = ReadOptions::default();
        if let Some(end) = end {
            options.set_iterate_upper_bound(end);
        }
        let mode = IteratorMode::From(min, Direction::Forward);
        for entry in self.database.iterator_cf_opt(self.family(store), options, mode) {
            let (key, value) = entry.map_err(self.failed("scan", store))?;
            if visit(&key, &value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn checkpoint(&self, store: usize) -> Result<Option<StoreCheckpoint>, StateError> {
        let name = self.name(store);
        let stored =
            self.database.get(name.as_bytes()).map_err(self.failed("read the checkpoint of", store))?;
        stored.map(|bytes| StoreCheckpoint::decode(&bytes, name)).transpose()
    }

    fn apply(&self, writes: &[Write], checkpoints: &[(usize, StoreCheckpoint)]) -> Result<(), StateError> {
        let mut batch = WriteBatch::default();
        for write in writes {
            let family = self.family(write.store);
            match &write.value {
                Some(value) => batch.put_cf(family, &write.key, value),
                None => batch.delete_cf(family, &write.key),
            }
        }
        for (store, checkpoint) in checkpoints {
            batch.put(self.name(*store).as_bytes(), checkpoint.encode());
        }
        let (records, bytes) = (writes.len() as u64, batch.size_in_bytes() as u64);
        let mut options = WriteOptions::default();
        options.disable_wal(true);
        self.database.write_opt(batch, &options).map_err(Self::failed_commit)?;
        let unflushed_records = self.unflushed_records.fetch_add(records, Ordering::Relaxed) + records;
        let unflushed_bytes = self.unflushed_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if unflushed_records >= FLUSH_AFTER_RECORDS || unflushed_bytes >= FLUSH_AFTER_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StateError> {
        let _one_at_a_time = self.flushing.lock();
        let default = self.database.cf_handle("default").expect("every database has the default family");
        let mut families = vec![default];
        families.extend(self.stores.keys().map(|store| self.family(*store)));
        self.database.flush_cfs_opt(&families, &FlushOptions::default()).map_err(Self::failed_commit)?;
        self.unflushed_records.store(0, Ordering::Relaxed);
        self.unflushed_bytes.store(0, Ordering::Relaxed);
        Ok(())
    }
}

fn family_options(memory: &StateMemory, expiry: Option<Arc<WindowExpiry>>) -> Options {
    let mut blocks = BlockBasedOptions::default();
    blocks.set_block_cache(&memory.cache);
    blocks.set_block_size(BLOCK_BYTES);
    blocks.set_bloom_filter(BLOOM_BITS_PER_KEY, false);
    blocks.set_cache_index_and_filter_blocks(true);
    blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
    let mut options = Options::default();
    options.set_block_based_table_factory(&blocks);
    options.set_compression_type(rocksdb::DBCompressionType::Lz4);
    if let Some(expiry) = expiry {
        options.set_compaction_filter(
            "expired windows",
            move |_level, key, _value| match start_of_stored_key(key) {
                Some(start_ms) if expiry.is_expired(start_ms) => CompactionDecision::Remove,
                _ => CompactionDecision::Keep,
            },
        );
    }
    options
}

#[cfg(test)]
mod tests;
