//! The seam between the log and the disk, so that faults can be injected.
//!
//! In reading order: `seam` (what the log asks of a disk), `open_files` (descriptors are opened when first used
//! and their number is bounded), `atomic_file` (small files replaced as a whole), `disk` (the real one),
//! `simulated_disk` (a seeded one that loses what was not synced).

mod atomic_file;
mod disk;
mod open_files;
mod seam;
mod simulated_disk;

pub use atomic_file::{read_file, replace_file};
pub use disk::Disk;
pub(crate) use open_files::LazyFile;
pub use open_files::OpenFiles;
pub use seam::{DirectoryEntry, FileHandle, OpenMode, Storage, StorageError, StoredFile};
pub use simulated_disk::{SimulatedDisk, SimulatedFaults};
