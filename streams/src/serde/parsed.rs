//! Any type that prints itself and parses what it printed, as UTF-8 text.

use std::fmt::{self, Display};
use std::io::Write;
use std::marker::PhantomData;
use std::str::FromStr;

use super::{Presence, Serde, SerdeError, present};

/// The serde of a type with `Display` and `FromStr`; see [`parsed`].
pub struct Parsed<T> {
    value: PhantomData<fn() -> T>,
}

/// Writes a value by its `Display` and reads it by its `FromStr`, which must accept what `Display` prints.
///
/// ```
/// use std::net::Ipv4Addr;
/// use tidemill_streams::serde::{Serde, parsed};
///
/// let address = parsed::<Ipv4Addr>().deserialize(Some(b"127.0.0.1"));
/// assert_eq!(address, Ok(Ipv4Addr::LOCALHOST));
/// ```
#[must_use]
pub fn parsed<T>() -> Parsed<T> {
    Parsed { value: PhantomData }
}

impl<T> Clone for Parsed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Parsed<T> {}

impl<T> fmt::Debug for Parsed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Parsed<{}>", std::any::type_name::<T>())
    }
}

impl<T> Serde<T> for Parsed<T>
where
    T: Display + FromStr<Err: Display> + 'static,
{
    fn serialize(&self, value: &T, output: &mut Vec<u8>) -> Result<Presence, SerdeError> {
        write!(output, "{value}").map_err(|error| SerdeError::Invalid {
            type_name: std::any::type_name::<T>(),
            reason: error.to_string(),
        })?;
        Ok(Presence::Present)
    }

    fn deserialize(&self, bytes: Option<&[u8]>) -> Result<T, SerdeError> {
        let type_name = std::any::type_name::<T>();
        let text = std::str::from_utf8(present(bytes, type_name)?)
            .map_err(|error| SerdeError::Invalid { type_name, reason: error.to_string() })?;
        text.parse::<T>().map_err(|error| SerdeError::Invalid { type_name, reason: error.to_string() })
    }
}
