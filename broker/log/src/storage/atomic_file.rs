//! Small files that are replaced as a whole: written under another name, synced, renamed, the name synced.
//!
//! After a crash the file has either its old content or its new content.

use super::{OpenMode, Storage, StorageError};
use std::io::{self, IoSlice};
use std::path::Path;

/// Ending of the name under which the new content is written.
pub(crate) const TEMPORARY_SUFFIX: &str = ".tmp";

/// Largest file that [`read_file`] reads: far above what any of them holds, far below the memory there is.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Replaces the content of `path`; durable on return.
///
/// # Errors
/// [`StorageError`]; the file then has its old content or its new content.
pub fn replace_file(storage: &dyn Storage, path: &Path, content: &[u8]) -> Result<(), StorageError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(TEMPORARY_SUFFIX);
    let temporary = Path::new(&temporary);
    let file = storage.open(temporary, OpenMode::Create)?;
    file.set_len(0)?;
    file.write_all_at(&mut [IoSlice::new(content)], 0)?;
    file.sync_data()?;
    drop(file);
    storage.rename(temporary, path)?;
    match path.parent() {
        Some(directory) => storage.sync_directory(directory),
        None => Ok(()),
    }
}

/// Reads the whole of `path`; `None` if it does not exist.
///
/// # Errors
/// [`StorageError`] if it cannot be read or is larger than 1 GiB.
pub fn read_file(storage: &dyn Storage, path: &Path) -> Result<Option<Vec<u8>>, StorageError> {
    let file = match storage.open(path, OpenMode::Existing) {
        Ok(file) => file,
        Err(error) if error.source.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let size = file.size_bytes()?;
    if size > MAX_FILE_BYTES {
        return Err(StorageError::new("read", path, io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    let mut content = vec![0; usize::try_from(size).expect("1 GiB fits the address space")];
    file.read_exact_at(&mut content, 0)?;
    Ok(Some(content))
}
