//! Changes to metadata, one at a time: decide on the current image, make durable, act, publish.

use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use tidemill_environment::Now;
use tidemill_log::MaintenanceError;

use super::change::Change;
use super::image::{FoldError, MetadataImage};
use super::metadata_log::{MetadataLog, MetadataLogError};

/// The current image and the log behind it.
#[derive(Debug)]
pub(crate) struct Metadata {
    image: RwLock<Arc<MetadataImage>>,
    log: Mutex<MetadataLog>,
}

/// Why a change did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// The decision produced changes that do not fit the image: a bug, nothing was stored.
    #[error("change does not fit the metadata")]
    Fold(#[source] FoldError),
    /// The change could not be stored.
    #[error(transparent)]
    Log(MetadataLogError),
}

impl Metadata {
    /// Joins an opened log and its image.
    pub(crate) fn new(log: MetadataLog, image: MetadataImage) -> Self {
        Self { image: RwLock::new(Arc::new(image)), log: Mutex::new(log) }
    }

    /// The image now. It stays as it is while the caller holds it.
    pub(crate) fn image(&self) -> Arc<MetadataImage> {
        Arc::clone(&self.image.read())
    }

    /// Decides on the current image, stores the changes, acts on old and new image, then publishes the new one.
    ///
    /// One call at a time. No changes means nothing is stored. Blocks on the disk: not for a network thread.
    pub(crate) fn commit<T>(
        &self,
        now: Now,
        decide: impl FnOnce(&MetadataImage) -> (Vec<Change>, T),
        act: impl FnOnce(&MetadataImage, &Arc<MetadataImage>),
    ) -> Result<T, CommitError> {
        let mut log = self.log.lock();
        let old = self.image();
        let (changes, decision) = decide(&old);
        if changes.is_empty() {
            return Ok(decision);
        }
        let new = Arc::new(old.after(&changes).map_err(CommitError::Fold)?);
        log.append(&changes, now).map_err(CommitError::Log)?;
        act(&old, &new);
        *self.image.write() = new;
        Ok(decision)
    }

    /// Closes the log so that the next start needs no recovery.
    pub(crate) fn close(self) -> Result<(), MaintenanceError> {
        self.log.into_inner().close()
    }
}
