//! Text as UTF-8, and bytes as they are.

use bytes::Bytes;

use super::{Presence, Serde, SerdeError, present};

/// The serde of `String`; see [`string`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Text;

/// UTF-8 text, Kafka's `StringSerializer`.
#[must_use]
pub fn string() -> Text {
    Text
}

impl Serde<String> for Text {
    fn serialize(&self, value: &String, output: &mut Vec<u8>) -> Result<Presence, SerdeError> {
        output.extend_from_slice(value.as_bytes());
        Ok(Presence::Present)
    }

    fn deserialize(&self, bytes: Option<&[u8]>) -> Result<String, SerdeError> {
        const TYPE_NAME: &str = "UTF-8 text";
        std::str::from_utf8(present(bytes, TYPE_NAME)?)
            .map(str::to_owned)
            .map_err(|error| SerdeError::Invalid { type_name: TYPE_NAME, reason: error.to_string() })
    }
}

/// The serde of [`Bytes`]; see [`bytes()`](fn@bytes).
#[derive(Debug, Clone, Copy, Default)]
pub struct RawBytes;

/// Bytes as they are, Kafka's `ByteArraySerializer`.
#[must_use]
pub fn bytes() -> RawBytes {
    RawBytes
}

impl Serde<Bytes> for RawBytes {
    fn serialize(&self, value: &Bytes, output: &mut Vec<u8>) -> Result<Presence, SerdeError> {
        output.extend_from_slice(value);
        Ok(Presence::Present)
    }

    fn deserialize(&self, bytes: Option<&[u8]>) -> Result<Bytes, SerdeError> {
        Ok(Bytes::copy_from_slice(present(bytes, "bytes")?))
    }
}
