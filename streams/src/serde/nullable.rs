//! Null as a value: `None` is Kafka's null.

use super::{Presence, Serde, SerdeError};

/// The serde of `Option<T>`; see [`nullable`].
#[derive(Debug, Clone, Copy)]
pub struct Nullable<S>(S);

/// Lets null through as `None` and leaves everything else to `serde`.
///
/// ```
/// use tidemill_streams::serde::{Serde, nullable, string};
///
/// let serde = nullable(string());
/// assert_eq!(serde.deserialize(None), Ok(None));
/// assert_eq!(serde.deserialize(Some(b"JFK")), Ok(Some("JFK".to_owned())));
/// ```
pub fn nullable<S>(serde: S) -> Nullable<S> {
    Nullable(serde)
}

impl<T, S: Serde<T>> Serde<Option<T>> for Nullable<S> {
    fn serialize(&self, value: &Option<T>, output: &mut Vec<u8>) -> Result<Presence, SerdeError> {
        value.as_ref().map_or(Ok(Presence::Null), |value| self.0.serialize(value, output))
    }

    fn deserialize(&self, bytes: Option<&[u8]>) -> Result<Option<T>, SerdeError> {
        bytes.map(|bytes| self.0.deserialize(Some(bytes))).transpose()
    }

    fn partitioning_part<'a>(&self, serialized: &'a [u8]) -> &'a [u8] {
        self.0.partitioning_part(serialized)
    }
}
