//! The folders that hold state on disk, and who may use them.
//!
//! ```text
//! <state.dir>/<application.id>/.lock            locked by the process that uses the folder
//! <state.dir>/<application.id>/format           "tidemill-streams-state 1\n": the version of this layout
//! <state.dir>/<application.id>/process-id       32 hexadecimal digits: who this process is, across restarts
//! <state.dir>/<application.id>/<task>/rocksdb   the database of a task
//! ```

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::StateError;
use crate::topology::TaskId;

const FORMAT_NAME: &str = "tidemill-streams-state";
const FORMAT_VERSION: u32 = 1;

/// The state directory of one application in this process; locked until dropped.
#[derive(Debug)]
pub(crate) struct StateDirectory {
    path: PathBuf,
    process_id: String,
    open_tasks: Mutex<HashSet<TaskId>>,
    /// The lock lives as long as the open file.
    _lock: File,
}

/// The folder of one task; until dropped no other thread of the process can open it.
#[derive(Debug)]
pub(crate) struct TaskDirectory {
    directory: Arc<StateDirectory>,
    task: TaskId,
}

impl StateDirectory {
    /// Opens or creates the directory of `application_id` under `state_dir` and locks it.
    pub(crate) fn open(state_dir: &Path, application_id: &str) -> Result<Self, StateError> {
        let path = state_dir.join(application_id);
        fs::create_dir_all(&path).map_err(failed("create", &path))?;
        let lock_path = path.join(".lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(failed("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::Locked { path }),
            Err(TryLockError::Error(source)) => return Err(failed("lock", &lock_path)(source)),
        }
        check_format(&path.join("format"))?;
        let process_id = process_id(&path.join("process-id"))?;
        Ok(Self { path, process_id, open_tasks: Mutex::default(), _lock: lock })
    }

    /// Returns the id of this process, the same after a restart.
    pub(crate) fn process_id(&self) -> &str {
        &self.process_id
    }

    /// Claims the folder of `task`; nothing while another thread has it.
    pub(crate) fn claim(self: &Arc<Self>, task: TaskId) -> Option<TaskDirectory> {
        let claimed = self.open_tasks.lock().insert(task);
        claimed.then(|| TaskDirectory { directory: Arc::clone(self), task })
    }

    /// Returns the tasks that have state in this directory, in order.
    pub(crate) fn tasks_with_state(&self) -> Result<Vec<TaskId>, StateError> {
        let mut tasks = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed("list", &self.path))? {
            let entry = entry.map_err(failed("list", &self.path))?;
            let task = entry.file_name().to_str().and_then(|name| name.parse::<TaskId>().ok());
            tasks.extend(task.filter(|_| entry.path().join("rocksdb").exists()));
        }
        tasks.sort_unstable();
        Ok(tasks)
    }
}

impl TaskDirectory {
    /// Returns the folder of the task's database; its parent exists.
    pub(crate) fn database_path(&self) -> Result<PathBuf, StateError> {
        let folder = self.directory.path.join(self.task.to_string());
        fs::create_dir_all(&folder).map_err(failed("create", &folder))?;
        Ok(folder.join("rocksdb"))
    }

    /// Removes the task's database, which nobody has open.
    pub(crate) fn wipe(&self) -> Result<(), StateError> {
        let path = self.database_path()?;
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", &path)(error)),
            _ => Ok(()),
        }
    }
}

impl Drop for TaskDirectory {
    fn drop(&mut self) {
        self.directory.open_tasks.lock().remove(&self.task);
    }
}

fn check_format(path: &Path) -> Result<(), StateError> {
    let expected = format!("{FORMAT_NAME} {FORMAT_VERSION}\n");
    match read_if_present(path)? {
        Some(found) if found == expected => Ok(()),
        Some(found) => Err(StateError::Format { path: path.to_path_buf(), found, readable: FORMAT_VERSION }),
        None => write_atomically(path, &expected),
    }
}

fn process_id(path: &Path) -> Result<String, StateError> {
    if let Some(found) = read_if_present(path)? {
        let id = found.trim_end();
        if id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(id.to_owned());
        }
    }
    // The keys of a new `RandomState` come from the operating system.
    let random = || RandomState::new().hash_one(FORMAT_NAME);
    let id = format!("{:016x}{:016x}", random(), random());
    write_atomically(path, &id)?;
    Ok(id)
}

fn read_if_present(path: &Path) -> Result<Option<String>, StateError> {
    match fs::read_to_string(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

fn write_atomically(path: &Path, content: &str) -> Result<(), StateError> {
    let unfinished = path.with_extension("unfinished");
    fs::write(&unfinished, content).map_err(failed("write", &unfinished))?;
    fs::rename(&unfinished, path).map_err(failed("rename to", path))
}

fn failed<'a>(action: &'static str, path: &'a Path) -> impl Fn(io::Error) -> StateError + use<'a> {
    move |source| StateError::Directory { action, path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_user_of_a_state_directory_is_refused_until_the_first_leaves() {
        let folder = tempfile::tempdir().unwrap();
        let first = StateDirectory::open(folder.path(), "flights").unwrap();
        let refused = StateDirectory::open(folder.path(), "flights").unwrap_err();
        assert!(matches!(refused, StateError::Locked { .. }), "{refused}");
        assert!(StateDirectory::open(folder.path(), "another").is_ok());
        let process_id = first.process_id().to_owned();
        drop(first);
        assert_eq!(StateDirectory::open(folder.path(), "flights").unwrap().process_id(), process_id);
    }

    #[test]
    fn a_task_has_one_owner_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Arc::new(StateDirectory::open(folder.path(), "flights").unwrap());
        let task = TaskId { sub_topology: 1, partition: 0 };
        let owned = directory.claim(task).unwrap();
        assert!(directory.claim(task).is_none());
        fs::create_dir_all(owned.database_path().unwrap()).unwrap();
        drop(owned);
        assert!(directory.claim(task).is_some());
        assert_eq!(directory.tasks_with_state().unwrap(), [task]);
    }

    #[test]
    fn a_directory_of_another_format_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("flights")).unwrap();
        fs::write(folder.path().join("flights/format"), "tidemill-streams-state 2\n").unwrap();
        let refused = StateDirectory::open(folder.path(), "flights").unwrap_err();
        assert!(matches!(refused, StateError::Format { .. }), "{refused}");
    }
}
