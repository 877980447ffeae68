//! The state of a task: its stores, the backends below them, and how far both have come.

use std::any::Any;
use std::sync::Arc;

use crate::state::{
    Emission, MemoryBackend, PublishedState, PublishedStore, RocksDbBackend, StateBackend, StateError,
    StateMemory, StateStore, StoreCheckpoint, StoreKind, StoreLayout, StoreSetup, TaskDirectory,
    WindowExpiry, Write,
};
use crate::topology::{TaskId, Topology};

/// Where a task's persistent stores are.
pub(crate) enum StateLocation<'a> {
    /// In memory, for tests.
    Memory,
    /// In the task's folder.
    Disk {
        /// The folder.
        directory: TaskDirectory,
        /// The memory its database shares.
        memory: &'a StateMemory,
    },
}

/// The open backends of a task.
pub(crate) struct TaskState {
    task: TaskId,
    stores: Vec<OpenStore>,
    backends: Vec<Arc<dyn StateBackend>>,
    /// Kept until the backends are closed, so that no other thread opens the task before.
    directory: Option<TaskDirectory>,
}

struct OpenStore {
    index: usize,
    name: Arc<str>,
    logged: bool,
    backend: usize,
    checkpoint: StoreCheckpoint,
    expiry: Option<Arc<WindowExpiry>>,
}

/// The stores of a task, by their position in the topology's list.
#[derive(Default)]
pub(crate) struct TaskStores {
    slots: Vec<Option<Box<dyn StateStore>>>,
}

impl TaskStores {
    /// Returns a store by its type.
    pub(crate) fn get<S: StateStore>(&mut self, index: usize) -> &mut S {
        let store = self.slots.get_mut(index).and_then(Option::as_deref_mut);
        let store: &mut dyn Any = store.expect("a node's task has the node's stores");
        store.downcast_mut().expect("the DSL gives a store and its node the same types")
    }

    /// Returns every store with its position.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut Box<dyn StateStore>)> {
        self.slots
            .iter_mut()
            .enumerate()
            .filter_map(|(index, slot)| slot.as_mut().map(|store| (index, store)))
    }

    /// Returns the estimated bytes that all stores hold above their backends.
    pub(super) fn size_bytes(&self) -> usize {
        self.slots.iter().flatten().map(|store| store.size_bytes()).sum()
    }
}

impl TaskState {
    /// Opens the backends of `task`'s stores.
    ///
    /// # Errors
    /// [`StateError`] if a database cannot be opened or a checkpoint cannot be read.
    pub(crate) fn open(
        topology: &Topology,
        task: TaskId,
        location: StateLocation<'_>,
    ) -> Result<Self, StateError> {
        let specs: Vec<_> = topology.sub_topologies()[task.sub_topology]
            .stores
            .iter()
            .map(|index| (*index, &topology.stores()[*index]))
            .collect();
        let layout = |index: usize| {
            let spec = &topology.stores()[index];
            let expiry = match spec.kind {
                StoreKind::KeyValue => None,
                StoreKind::Window { retention_ms } => Some(Arc::new(WindowExpiry::new(retention_ms))),
            };
            StoreLayout { index, name: Arc::clone(&spec.name), expiry }
        };
        let on_disk = matches!(location, StateLocation::Disk { .. });
        let (persistent, volatile): (Vec<_>, Vec<_>) = specs
            .iter()
            .map(|(index, _)| *index)
            .partition(|index| on_disk && topology.stores()[*index].persistent);
        let persistent: Vec<StoreLayout> = persistent.into_iter().map(layout).collect();
        let volatile: Vec<StoreLayout> = volatile.into_iter().map(layout).collect();
        let mut state = Self { task, stores: Vec::new(), backends: Vec::new(), directory: None };
        state.add_backend(topology, &volatile, Arc::new(MemoryBackend::new(volatile.clone())))?;
        if let StateLocation::Disk { directory, memory } = location {
            if !persistent.is_empty() {
                let database = RocksDbBackend::open(&directory.database_path()?, &persistent, memory)?;
                state.add_backend(topology, &persistent, Arc::new(database))?;
            }
            state.directory = Some(directory);
        }
        Ok(state)
    }

    fn add_backend(
        &mut self,
        topology: &Topology,
        layouts: &[StoreLayout],
        backend: Arc<dyn StateBackend>,
    ) -> Result<(), StateError> {
        for layout in layouts {
            let checkpoint = backend.checkpoint(layout.index)?.unwrap_or_default();
            if let Some(expiry) = &layout.expiry {
                expiry.advance(checkpoint.stream_time_ms);
            }
            self.stores.push(OpenStore {
                index: layout.index,
                name: Arc::clone(&layout.name),
                logged: topology.stores()[layout.index].logged,
                backend: self.backends.len(),
                checkpoint,
                expiry: layout.expiry.clone(),
            });
        }
        self.backends.push(backend);
        Ok(())
    }

    /// Returns the task whose state it is.
    pub(crate) fn task(&self) -> TaskId {
        self.task
    }

    /// Closes everything and returns the task's folder.
    pub(crate) fn into_directory(self) -> Option<TaskDirectory> {
        self.directory
    }

    /// Returns the stores that have a changelog and the offset from which each must be read; -1 is the beginning.
    pub(crate) fn changelog_positions(&self) -> Vec<(usize, i64)> {
        let logged = self.stores.iter().filter(|store| store.logged);
        logged.map(|store| (store.index, store.checkpoint.changelog_offset)).collect()
    }

    /// Applies restored changes of one store, which reach up to `end_offset` (exclusive) and `stream_time_ms`.
    ///
    /// # Errors
    /// [`StateError`] if the backend refuses.
    pub(crate) fn restore(
        &mut self,
        store: usize,
        writes: &[Write],
        end_offset: i64,
        stream_time_ms: i64,
    ) -> Result<(), StateError> {
        let open = self.stores.iter_mut().find(|open| open.index == store);
        let open = open.expect("only the task's own changelogs are restored");
        open.checkpoint.changelog_offset = end_offset;
        open.checkpoint.stream_time_ms = open.checkpoint.stream_time_ms.max(stream_time_ms);
        if let Some(expiry) = &open.expiry {
            expiry.advance(open.checkpoint.stream_time_ms);
        }
        self.backends[open.backend].apply(writes, &[(store, open.checkpoint)])
    }

    /// Makes the typed stores, as they stand.
    pub(crate) fn make_stores(&self, topology: &Topology, emission: Emission) -> TaskStores {
        let mut stores = TaskStores { slots: topology.stores().iter().map(|_| None).collect() };
        for open in &self.stores {
            let spec = &topology.stores()[open.index];
            stores.slots[open.index] = Some((spec.factory)(StoreSetup {
                name: Arc::clone(&open.name),
                index: open.index,
                backend: Arc::clone(&self.backends[open.backend]),
                emission: spec.emission.unwrap_or(emission),
                checkpoint: open.checkpoint,
            }));
        }
        stores
    }

    /// Applies a commit whose changelog records were acknowledged up to the given offsets (exclusive, by store).
    ///
    /// # Errors
    /// [`StateError`] if a backend refuses.
    pub(crate) fn commit(
        &mut self,
        writes: &[Write],
        stream_times: &[(usize, i64)],
        end_offsets: &[(usize, i64)],
    ) -> Result<(), StateError> {
        for open in &mut self.stores {
            if let Some((_, stream_time_ms)) = stream_times.iter().find(|(index, _)| *index == open.index) {
                open.checkpoint.stream_time_ms = *stream_time_ms;
                if let Some(expiry) = &open.expiry {
                    expiry.advance(*stream_time_ms);
                }
            }
            if let Some((_, end_offset)) = end_offsets.iter().find(|(index, _)| *index == open.index) {
                open.checkpoint.changelog_offset = *end_offset;
            }
        }
        for (position, backend) in self.backends.iter().enumerate() {
            let own =
                |store: usize| self.stores.iter().any(|open| open.index == store && open.backend == position);
            let writes: Vec<Write> = writes.iter().filter(|write| own(write.store)).cloned().collect();
            let stores = self.stores.iter().filter(|open| open.backend == position);
            let checkpoints: Vec<_> = stores.map(|open| (open.index, open.checkpoint)).collect();
            if !checkpoints.is_empty() {
                backend.apply(&writes, &checkpoints)?;
            }
        }
        Ok(())
    }

    /// Lets other threads read what is committed.
    pub(crate) fn publish(&self, published: &PublishedState) {
        for open in &self.stores {
            let backend = Arc::clone(&self.backends[open.backend]);
            let store = PublishedStore { index: open.index, backend, expiry: open.expiry.clone() };
            published.publish(&open.name, self.task.partition, store);
        }
    }

    /// Takes the stores out of sight of other threads.
    pub(crate) fn withdraw(&self, published: &PublishedState) {
        for open in &self.stores {
            published.withdraw(&open.name, self.task.partition);
        }
    }

    /// Makes what is committed durable.
    ///
    /// # Errors
    /// [`StateError`] if a backend refuses.
    pub(crate) fn flush(&self) -> Result<(), StateError> {
        self.backends.iter().try_for_each(|backend| backend.flush())
    }
}
