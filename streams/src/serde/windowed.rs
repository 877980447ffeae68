//! The key of a windowed table as a record key.
//!
//! ```text
//! key bytes | i64 big-endian: start of the window, ms     Kafka's TimeWindowedSerializer
//! ```
//!
//! The end is not stored: the reader knows the size of the windows.

use std::time::Duration;

use super::{Presence, Serde, SerdeError, present};
use crate::windows::{Window, Windowed, saturating_ms};

const START_BYTES: usize = size_of::<i64>();

/// The serde of [`Windowed`] keys; see [`time_windowed`].
#[derive(Debug, Clone, Copy)]
pub struct TimeWindowed<S> {
    key: S,
    size_ms: i64,
}

/// Reads and writes the keys of tables over time windows of `size`, whose own key `serde` handles.
///
/// ```
/// use std::time::Duration;
/// use tidemill_streams::serde::{Serde, string, time_windowed};
///
/// let serde = time_windowed(string(), Duration::from_secs(60));
/// let key = serde.deserialize(Some(b"JFK\0\0\0\0\0\0\xea\x60")).unwrap();
/// assert_eq!((key.key.as_str(), key.window.start_ms, key.window.end_ms), ("JFK", 60_000, 120_000));
/// ```
pub fn time_windowed<S>(serde: S, size: Duration) -> TimeWindowed<S> {
    TimeWindowed { key: serde, size_ms: saturating_ms(size) }
}

impl<K, S: Serde<K>> Serde<Windowed<K>> for TimeWindowed<S> {
    fn serialize(&self, value: &Windowed<K>, output: &mut Vec<u8>) -> Result<Presence, SerdeError> {
        let presence = self.key.serialize(&value.key, output)?;
        if presence == Presence::Present {
            output.extend_from_slice(&value.window.start_ms.to_be_bytes());
        }
        Ok(presence)
    }

    fn deserialize(&self, bytes: Option<&[u8]>) -> Result<Windowed<K>, SerdeError> {
        const TYPE_NAME: &str = "a windowed key";
        let bytes = present(bytes, TYPE_NAME)?;
        let Some((key, start)) = bytes.split_last_chunk::<START_BYTES>() else {
            return Err(SerdeError::Invalid {
                type_name: TYPE_NAME,
                reason: format!("{} bytes, too short for the start of a window", bytes.len()),
            });
        };
        let start_ms = i64::from_be_bytes(*start);
        let key = self.key.deserialize(Some(key))?;
        Ok(Windowed { key, window: Window { start_ms, end_ms: start_ms.saturating_add(self.size_ms) } })
    }

    fn partitioning_part<'a>(&self, serialized: &'a [u8]) -> &'a [u8] {
        let key = serialized.get(..serialized.len().saturating_sub(START_BYTES)).unwrap_or_default();
        self.key.partitioning_part(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serde::string;

    #[test]
    fn the_window_follows_the_key_and_does_not_choose_the_partition() {
        let serde = time_windowed(string(), Duration::from_secs(1));
        let key = Windowed { key: "JFK".to_owned(), window: Window { start_ms: 1_000, end_ms: 2_000 } };
        let mut bytes = Vec::new();
        serde.serialize(&key, &mut bytes).unwrap();
        assert_eq!(bytes, b"JFK\0\0\0\0\0\0\x03\xe8");
        assert_eq!(serde.deserialize(Some(&bytes)), Ok(key));
        assert_eq!(serde.partitioning_part(&bytes), b"JFK");
    }

    #[test]
    fn bytes_too_short_for_a_window_are_refused() {
        let serde = time_windowed(string(), Duration::from_secs(1));
        assert!(matches!(serde.deserialize(Some(b"short")), Err(SerdeError::Invalid { .. })));
    }
}
