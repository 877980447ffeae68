//! What every message can do, and what a request knows beyond that.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Reader, Writer};

/// A request, a response, or a value that clients and coordinators keep in bytes.
pub trait Message: Sized {
    /// The versions of the message, those of Kafka 4.3.
    const VERSIONS: RangeInclusive<i16>;

    /// Reads the message; bytes behind it are left to the caller ([`Reader::finish`]).
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes are no such message or `version` is outside [`Message::VERSIONS`].
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError>;

    /// Appends the message to `writer`; after an error what was appended is to be thrown away.
    ///
    /// Fields that `version` lacks are left out where Kafka calls them ignorable.
    ///
    /// # Errors
    /// [`EncodeError`] if `version` is outside [`Message::VERSIONS`] or cannot express a field.
    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError>;
}

/// A request of an API.
pub trait Request: Message {
    /// The API.
    const API_KEY: ApiKey;
    /// First version with compact lengths and tagged fields (KIP-482); `i16::MAX` if there is none.
    const FLEXIBLE_SINCE: i16;
    /// What answers the request.
    type Response: Message;
}
