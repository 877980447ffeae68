//! The headers in front of every request and response.
//!
//! ```text
//! request   i16 API key, i16 API version, i32 correlation id, nullable string client id, [tagged fields]
//! response  i32 correlation id, [tagged fields]
//! ```
//!
//! The tagged fields are there if the body's version is flexible (header versions 2 and 1). Two exceptions:
//! the client id keeps its `i16` length even then, and the response header of ApiVersions never has tagged
//! fields, because a client reads it before it knows what the broker speaks (KIP-511).

use crate::{ApiKey, DecodeError, DecodeErrorKind, EncodeError, Reader, Writer};

/// What a request says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHeader {
    /// The API.
    pub api_key: ApiKey,
    /// Version of the body. Not checked: the broker answers an unknown version of ApiVersions.
    pub api_version: i16,
    /// Returned in the response; clients count it up.
    pub correlation_id: i32,
    /// `client.id` of the client.
    pub client_id: Option<String>,
}

impl RequestHeader {
    /// Reads a header; the body follows.
    ///
    /// # Errors
    /// [`DecodeErrorKind::UnknownApiKey`] for a key outside [`ApiKey`]; others if the bytes are no header.
    pub fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let key = reader.read_i16("RequestHeader.api_key")?;
        let api_key = ApiKey::from_code(key)
            .ok_or_else(|| reader.error("RequestHeader.api_key", DecodeErrorKind::UnknownApiKey { key }))?;
        let api_version = reader.read_i16("RequestHeader.api_version")?;
        let correlation_id = reader.read_i32("RequestHeader.correlation_id")?;
        let client_id = reader.read_nullable_string(false, "RequestHeader.client_id")?;
        if api_version >= api_key.flexible_since() {
            reader.skip_tagged_fields("RequestHeader")?;
        }
        Ok(Self { api_key, api_version, correlation_id, client_id })
    }

    /// Appends the header.
    ///
    /// # Errors
    /// [`EncodeError`] if the client id is longer than 32,767 bytes.
    pub fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i16(self.api_key.code());
        writer.write_i16(self.api_version);
        writer.write_i32(self.correlation_id);
        writer.write_nullable_string(false, self.client_id.as_deref(), "RequestHeader.client_id")?;
        if self.api_version >= self.api_key.flexible_since() {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// What a response says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseHeader {
    /// That of the request.
    pub correlation_id: i32,
}

impl ResponseHeader {
    /// Reads the header of a response to (`api_key`, `api_version`); the body follows.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes are no header.
    pub fn decode(reader: &mut Reader, api_key: ApiKey, api_version: i16) -> Result<Self, DecodeError> {
        let correlation_id = reader.read_i32("ResponseHeader.correlation_id")?;
        if has_tagged_fields(api_key, api_version) {
            reader.skip_tagged_fields("ResponseHeader")?;
        }
        Ok(Self { correlation_id })
    }

    /// Appends the header of a response to (`api_key`, `api_version`).
    pub fn encode(self, writer: &mut Writer, api_key: ApiKey, api_version: i16) {
        writer.write_i32(self.correlation_id);
        if has_tagged_fields(api_key, api_version) {
            writer.write_no_tagged_fields();
        }
    }
}

/// Whether the header of a response has tagged fields.
fn has_tagged_fields(api_key: ApiKey, api_version: i16) -> bool {
    api_key != ApiKey::ApiVersions && api_version >= api_key.flexible_since()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    #[test]
    fn the_response_header_of_api_versions_never_has_tagged_fields() {
        let mut writer = Writer::new();
        ResponseHeader { correlation_id: 1 }.encode(&mut writer, ApiKey::ApiVersions, 4);
        assert_eq!(&writer.finish().0[..], [0, 0, 0, 1]);
    }

    #[test]
    fn a_request_of_an_unknown_version_keeps_its_header() {
        // ApiVersions 99 is flexible, so the header has tagged fields; the broker must be able to answer it.
        let bytes = Bytes::from_static(&[0, 18, 0, 99, 0, 0, 0, 5, 0, 1, b'c', 0, 42]);
        let mut reader = Reader::new(bytes);
        let header = RequestHeader::decode(&mut reader).unwrap();
        assert_eq!((header.api_key, header.api_version), (ApiKey::ApiVersions, 99));
        assert_eq!(header.client_id.as_deref(), Some("c"));
        assert_eq!(reader.remaining(), 1);
    }

    #[test]
    fn an_unknown_api_is_named() {
        let error =
            RequestHeader::decode(&mut Reader::new(Bytes::from_static(&[0x7f, 0, 0, 0]))).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::UnknownApiKey { key: 0x7f00 });
    }
}
