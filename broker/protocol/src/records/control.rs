//! Control records: what the broker tells consumers inside a partition. A control batch holds one.
//!
//! ```text
//! key     version i16 | type i16 (0 abort, 1 commit, 2.. other uses)
//! value   of a transaction marker: version i16 | coordinator_epoch i32
//! ```
//!
//! Later versions may append fields, which are ignored. Source: Kafka's `ControlRecordType` (KIP-98).

use bytes::Buf;

/// What a control record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ControlType {
    /// The producer's transaction is aborted.
    Abort,
    /// The producer's transaction is committed.
    Commit,
    /// Anything else; only Kafka's metadata log uses others.
    Other(i16),
}

impl ControlType {
    const VERSION: i16 = 0;

    /// Reads the type from the key of a control record.
    ///
    /// # Errors
    /// [`ControlError`] if the key is shorter than four bytes or its version negative.
    pub fn from_key(key: &[u8]) -> Result<Self, ControlError> {
        let mut input = key;
        let version =
            input.try_get_i16().map_err(|_| ControlError::Short { field: "key", size: key.len() })?;
        let id = input.try_get_i16().map_err(|_| ControlError::Short { field: "key", size: key.len() })?;
        match (version, id) {
            (..0, _) => Err(ControlError::Version { field: "key", version }),
            (_, 0) => Ok(Self::Abort),
            (_, 1) => Ok(Self::Commit),
            (_, other) => Ok(Self::Other(other)),
        }
    }

    /// The key of a control record of this type.
    #[must_use]
    pub fn to_key(self) -> [u8; 4] {
        let id = match self {
            Self::Abort => 0,
            Self::Commit => 1,
            Self::Other(id) => id,
        };
        let ([a, b], [c, d]) = (Self::VERSION.to_be_bytes(), i16::to_be_bytes(id));
        [a, b, c, d]
    }
}

/// Why a control record could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The key or the value ends too early.
    #[error("{field} of a control record has {size} bytes, too few")]
    Short {
        /// `key` or `value`.
        field: &'static str,
        /// Bytes found.
        size: usize,
    },
    /// The version is negative.
    #[error("{field} of a control record has the impossible version {version}")]
    Version {
        /// `key` or `value`.
        field: &'static str,
        /// The version found.
        version: i16,
    },
    /// The control record ends no transaction.
    #[error("control record of type {id} is not a transaction marker")]
    NotAMarker {
        /// The type found.
        id: i16,
    },
}

/// The record that ends a transaction in one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndTransactionMarker {
    /// Whether the transaction is committed or aborted.
    pub committed: bool,
    /// Epoch of the transaction coordinator that wrote the marker; fences older coordinators.
    pub coordinator_epoch: i32,
}

impl EndTransactionMarker {
    const VERSION: i16 = 0;

    /// Reads a marker from the key and value of a control record.
    ///
    /// # Errors
    /// [`ControlError`] if the record is no transaction marker or cut off.
    pub fn decode(key: &[u8], value: &[u8]) -> Result<Self, ControlError> {
        let committed = match ControlType::from_key(key)? {
            ControlType::Abort => false,
            ControlType::Commit => true,
            ControlType::Other(id) => return Err(ControlError::NotAMarker { id }),
        };
        let short = |_| ControlError::Short { field: "value", size: value.len() };
        let mut input = value;
        let version = input.try_get_i16().map_err(short)?;
        if version < 0 {
            return Err(ControlError::Version { field: "value", version });
        }
        let coordinator_epoch = input.try_get_i32().map_err(short)?;
        Ok(Self { committed, coordinator_epoch })
    }

    /// What the marker says, as a control record's type.
    #[must_use]
    pub fn control_type(&self) -> ControlType {
        if self.committed { ControlType::Commit } else { ControlType::Abort }
    }

    /// The key of the marker's record.
    #[must_use]
    pub fn key(&self) -> [u8; 4] {
        self.control_type().to_key()
    }

    /// The value of the marker's record.
    #[must_use]
    pub fn value(&self) -> [u8; 6] {
        let ([a, b], [c, d, e, f]) = (Self::VERSION.to_be_bytes(), self.coordinator_epoch.to_be_bytes());
        [a, b, c, d, e, f]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_reads_back_as_it_was_written() {
        for committed in [false, true] {
            let marker = EndTransactionMarker { committed, coordinator_epoch: 7 };
            assert_eq!(EndTransactionMarker::decode(&marker.key(), &marker.value()), Ok(marker));
        }
    }

    #[test]
    fn a_short_or_foreign_control_record_is_refused_and_a_longer_value_accepted() {
        let marker = EndTransactionMarker { committed: true, coordinator_epoch: 7 };
        for end in 0..4 {
            assert!(ControlType::from_key(&marker.key()[..end]).is_err());
        }
        for end in 0..6 {
            assert!(EndTransactionMarker::decode(&marker.key(), &marker.value()[..end]).is_err());
        }
        let leader_change = ControlType::Other(2).to_key();
        assert_eq!(
            EndTransactionMarker::decode(&leader_change, &marker.value()),
            Err(ControlError::NotAMarker { id: 2 })
        );
        let longer = [marker.value().as_slice(), &[9, 9]].concat();
        assert_eq!(EndTransactionMarker::decode(&marker.key(), &longer), Ok(marker));
    }
}
