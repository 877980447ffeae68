//! What a caller can do about an error that crosses a package.

/// The one question a caller asks of an error from another package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recovery {
    /// The same call may succeed later without any change.
    Retry,
    /// The caller's view of the cluster is stale: refresh it, then call again.
    Refresh,
    /// The transaction or unit of work must be aborted; the next one may succeed.
    Abort,
    /// Another owner took over; this one must stop using what it owned.
    Fenced,
    /// Stored or received bytes are damaged; trying again reads the same damage.
    Corrupt,
    /// The call can never succeed as it is; a person must change something.
    Fatal,
}

/// Implemented by every error that crosses a package.
pub trait Recoverable: std::error::Error {
    /// Says what the caller can do.
    fn recovery(&self) -> Recovery;
}
