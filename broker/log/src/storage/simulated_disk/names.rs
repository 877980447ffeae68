//! The names on a simulated disk: as programs see them, and as the disk has them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// A change of a directory's names.
#[derive(Debug, Clone)]
pub(super) enum NameChange {
    Link { path: PathBuf, inode: u64 },
    Unlink { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf, inode: u64 },
    MakeDirectory { path: PathBuf },
    RemoveDirectory { path: PathBuf },
}

impl NameChange {
    /// The directory whose sync makes the change durable.
    fn directory(&self) -> Option<&Path> {
        match self {
            Self::Link { path, .. }
            | Self::Unlink { path }
            | Self::Rename { to: path, .. }
            | Self::MakeDirectory { path }
            | Self::RemoveDirectory { path } => path.parent(),
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Tree {
    files: BTreeMap<PathBuf, u64>,
    directories: BTreeSet<PathBuf>,
}

impl Tree {
    fn apply(&mut self, change: &NameChange) {
        match change {
            NameChange::Link { path, inode } => {
                self.files.insert(path.clone(), *inode);
            }
            NameChange::Unlink { path } => {
                self.files.remove(path);
            }
            NameChange::Rename { from, to, inode } => {
                self.files.remove(from);
                self.files.insert(to.clone(), *inode);
            }
            NameChange::MakeDirectory { path } => {
                self.directories.insert(path.clone());
            }
            NameChange::RemoveDirectory { path } => {
                self.directories.remove(path);
            }
        }
    }

    fn has_directory(&self, path: &Path) -> bool {
        path.parent().is_none() || path.as_os_str().is_empty() || self.directories.contains(path)
    }
}

/// All names of a disk.
#[derive(Debug, Default)]
pub(super) struct Names {
    live: Tree,
    durable: Tree,
    unsynced: Vec<NameChange>,
}

impl Names {
    pub(super) fn file(&self, path: &Path) -> Option<u64> {
        self.live.files.get(path).copied()
    }

    pub(super) fn is_directory(&self, path: &Path) -> bool {
        self.live.has_directory(path)
    }

    /// The files that have a name.
    pub(super) fn inodes(&self) -> impl Iterator<Item = u64> {
        self.live.files.values().copied()
    }

    pub(super) fn list(&self, path: &Path) -> io::Result<Vec<(String, Option<u64>)>> {
        if !self.is_directory(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let name = |child: &Path| {
            let is_child = child.parent() == Some(path);
            is_child.then(|| child.file_name().map(|name| name.to_string_lossy().into_owned())).flatten()
        };
        let files = self.live.files.iter().filter_map(|(path, inode)| Some((name(path)?, Some(*inode))));
        let directories = self.live.directories.iter().filter_map(|path| Some((name(path)?, None)));
        Ok(files.chain(directories).collect())
    }

    pub(super) fn change(&mut self, change: NameChange) -> io::Result<()> {
        let is_there = match &change {
            NameChange::Unlink { path } => self.live.files.contains_key(path),
            NameChange::RemoveDirectory { path } => {
                if !self.list(path)?.is_empty() {
                    return Err(io::ErrorKind::DirectoryNotEmpty.into());
                }
                true
            }
            other => other.directory().is_some_and(|directory| self.is_directory(directory)),
        };
        if !is_there {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.live.apply(&change);
        self.unsynced.push(change);
        Ok(())
    }

    /// Makes the changes of one directory durable.
    pub(super) fn sync(&mut self, directory: &Path) {
        let (synced, unsynced) = std::mem::take(&mut self.unsynced)
            .into_iter()
            .partition(|change| change.directory() == Some(directory));
        self.unsynced = unsynced;
        let synced: Vec<NameChange> = synced;
        for change in &synced {
            self.durable.apply(change);
        }
    }

    /// The names after a crash: each unsynced change is there or not.
    pub(super) fn after_crash(&self, survives: &mut dyn FnMut() -> bool) -> Self {
        let mut tree = self.durable.clone();
        for change in self.unsynced.iter().filter(|_| survives()) {
            tree.apply(change);
        }
        let directories = tree.directories.clone();
        let reachable = |path: &Path| {
            path.ancestors().skip(1).all(|above| above.parent().is_none() || directories.contains(above))
        };
        tree.files.retain(|path, _| reachable(path));
        tree.directories.retain(|path| reachable(path));
        Self { live: tree.clone(), durable: tree, unsynced: Vec::new() }
    }
}
