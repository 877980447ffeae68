//! The changelog of a store as a topic, in Kafka Streams' layout, so that either can restore from the other's.
//!
//! ```text
//! record key: the stored key          record value: the serialised value, null for a deletion
//! record timestamp: the timestamp of the value
//! ```
//!
//! The stored form has the timestamp in front of the value instead; see `backend`.

use bytes::Bytes;

use super::backend::{TIMESTAMP_BYTES, Write};

/// Returns the value of the changelog record for a stored value: what follows the timestamp.
pub(crate) fn changelog_value(stored: &Bytes) -> Bytes {
    stored.slice(TIMESTAMP_BYTES.min(stored.len())..)
}

/// Returns the change that a changelog record of `store` stands for.
pub(crate) fn restored_write(store: usize, key: &[u8], value: Option<&[u8]>, timestamp: i64) -> Write {
    let value = value.map(|value| {
        let mut stored = Vec::with_capacity(TIMESTAMP_BYTES + value.len());
        stored.extend_from_slice(&timestamp.to_be_bytes());
        stored.extend_from_slice(value);
        Bytes::from(stored)
    });
    Write { store, key: Bytes::copy_from_slice(key), value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restoring_what_was_logged_gives_the_stored_value() {
        let write = restored_write(2, b"k", Some(b"value"), 7);
        let stored = write.value.clone().unwrap();
        assert_eq!(stored, b"\0\0\0\0\0\0\0\x07value".as_slice());
        assert_eq!(changelog_value(&stored), b"value".as_slice());
        assert_eq!(restored_write(2, b"k", None, 7).value, None);
    }
}
