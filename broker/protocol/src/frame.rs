//! Frames: what goes over a connection.
//!
//! ```text
//! i32 size of what follows | header | body
//! ```
//!
//! Reading from the socket is the caller's work: it takes four bytes, asks [`frame_size`] whether the rest
//! may be read, and hands that rest to a [`Reader`](crate::Reader).

use bytes::Bytes;

use crate::primitives::Hole;
use crate::{ApiKey, EncodeError, EncodeErrorKind, Message, Request, RequestHeader, ResponseHeader, Writer};

/// Bytes of the size in front of a frame.
pub const SIZE_PREFIX_BYTES: usize = 4;

/// A size that no frame may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameSizeError {
    /// The size is below zero.
    #[error("a frame has the negative size {size}")]
    Negative {
        /// The size found.
        size: i32,
    },
    /// The size is above the limit of the connection.
    #[error("a frame of {size} bytes is larger than the limit of {limit}")]
    TooLarge {
        /// The size found.
        size: usize,
        /// The limit (`socket.request.max.bytes` on a broker).
        limit: usize,
    },
}

/// Size in bytes of the frame that begins with `prefix`, the prefix itself not counted.
///
/// # Errors
/// [`FrameSizeError`] if the size is negative or above `limit`: nothing may be allocated for it.
pub fn frame_size(prefix: [u8; SIZE_PREFIX_BYTES], limit: usize) -> Result<usize, FrameSizeError> {
    let size = i32::from_be_bytes(prefix);
    match usize::try_from(size) {
        Err(_) => Err(FrameSizeError::Negative { size }),
        Ok(size) if size > limit => Err(FrameSizeError::TooLarge { size, limit }),
        Ok(size) => Ok(size),
    }
}

/// A frame ready to be sent, its size prefix included: bytes, and holes that the sender fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedFrame {
    bytes: Bytes,
    holes: Vec<Hole>,
}

/// One step of sending a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FramePart {
    /// Send these bytes.
    Bytes(Bytes),
    /// Send that many bytes of the next deferred records.
    Deferred(u32),
}

impl EncodedFrame {
    /// Size of the frame with its holes filled, in bytes, the size prefix counted.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.bytes.len() + self.holes.iter().map(|hole| hole.size_bytes as usize).sum::<usize>()
    }

    /// Whether the frame has no holes.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.holes.is_empty()
    }

    /// What to send, in order. No part is empty.
    pub fn into_parts(self) -> impl Iterator<Item = FramePart> {
        let Self { bytes, holes } = self;
        let mut parts = Vec::with_capacity(2 * holes.len() + 1);
        let mut start = 0;
        for hole in holes {
            if hole.position > start {
                parts.push(FramePart::Bytes(bytes.slice(start..hole.position)));
            }
            parts.push(FramePart::Deferred(hole.size_bytes));
            start = hole.position;
        }
        if start < bytes.len() {
            parts.push(FramePart::Bytes(bytes.slice(start..)));
        }
        parts.into_iter()
    }
}

/// Puts a request into a frame; the header names the version.
///
/// # Errors
/// [`EncodeError`] if the version cannot express the request or the frame is larger than 2 GiB.
pub fn encode_request<R: Request>(header: &RequestHeader, request: &R) -> Result<EncodedFrame, EncodeError> {
    assert_eq!(header.api_key, R::API_KEY, "the header is that of the request");
    let mut writer = Writer::for_frame();
    header.encode(&mut writer)?;
    request.encode(&mut writer, header.api_version)?;
    finish(writer)
}

/// Puts a response to (`api_key`, `api_version`) into a frame.
///
/// # Errors
/// As [`encode_request`].
pub fn encode_response<M: Message>(
    header: ResponseHeader,
    api_key: ApiKey,
    api_version: i16,
    response: &M,
) -> Result<EncodedFrame, EncodeError> {
    let mut writer = Writer::for_frame();
    header.encode(&mut writer, api_key, api_version);
    response.encode(&mut writer, api_version)?;
    finish(writer)
}

fn finish(mut writer: Writer) -> Result<EncodedFrame, EncodeError> {
    let length = writer.size_bytes() - SIZE_PREFIX_BYTES;
    let size = i32::try_from(length).map_err(|_| EncodeError {
        field: "frame",
        kind: EncodeErrorKind::TooLong { length, max: i32::MAX as usize },
    })?;
    writer.set_frame_size(size);
    let (bytes, holes) = writer.finish();
    Ok(EncodedFrame { bytes, holes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_outside_the_limit_are_refused() {
        assert_eq!(frame_size([0, 0, 1, 0], 256), Ok(256));
        assert_eq!(frame_size([0, 0, 1, 1], 256), Err(FrameSizeError::TooLarge { size: 257, limit: 256 }));
        assert_eq!(frame_size([0xff; 4], 256), Err(FrameSizeError::Negative { size: -1 }));
    }

    #[test]
    fn parts_alternate_as_the_holes_say() {
        let hole = |position, size_bytes| Hole { position, size_bytes };
        let bytes = Bytes::from_static(b"abcdef");
        let frame = EncodedFrame { bytes, holes: vec![hole(0, 1), hole(2, 7), hole(2, 8), hole(6, 9)] };
        assert_eq!(frame.size_bytes(), 31);
        let text = |text: &'static str| FramePart::Bytes(Bytes::from_static(text.as_bytes()));
        let expected = [
            FramePart::Deferred(1),
            text("ab"),
            FramePart::Deferred(7),
            FramePart::Deferred(8),
            text("cdef"),
            FramePart::Deferred(9),
        ];
        assert_eq!(frame.into_parts().collect::<Vec<_>>(), expected);
    }
}
