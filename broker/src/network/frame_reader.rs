//! Cuts length-prefixed frames out of a stream of bytes.
//!
//! ```text
//! size: i32 (big endian, of what follows) | size bytes of request header and body
//! ```
//!
//! Memory follows what has arrived, not what the prefix promises: a peer that announces 100 MiB and sends ten
//! bytes costs one small buffer.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tidemill_protocol::frame::{FrameSizeError, SIZE_PREFIX_BYTES, frame_size};
use tokio::net::TcpStream;

const READ_STEP_BYTES: usize = 64 * 1024;

/// Why the next frame cannot be had. The connection cannot go on after any of these.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    /// The size prefix is negative or above `socket.request.max.bytes`.
    #[error("{0} (socket.request.max.bytes)")]
    Size(#[source] FrameSizeError),
    /// The peer closed the connection inside a frame.
    #[error("peer closed the connection {received} bytes into a frame")]
    Torn { received: usize },
    /// The socket failed.
    #[error("cannot read from the socket")]
    Io(#[source] io::Error),
}

/// Reads frames from one connection. Dropping a pending [`FrameReader::next`] loses no byte.
#[derive(Debug)]
pub(crate) struct FrameReader {
    buffer: BytesMut,
    limit: usize,
}

impl FrameReader {
    /// Makes a reader that refuses frames above `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { buffer: BytesMut::new(), limit }
    }

    /// Returns the next whole frame without its size prefix, or `None` when the peer closed between frames.
    pub(crate) async fn next(&mut self, stream: &TcpStream) -> Result<Option<Bytes>, FrameError> {
        loop {
            if let Some(frame) = self.take_buffered()? {
                return Ok(Some(frame));
            }
            stream.readable().await.map_err(FrameError::Io)?;
            match stream.try_read_buf(&mut self.buffer) {
                Ok(0) if self.buffer.is_empty() => return Ok(None),
                Ok(0) => {
                    return Err(FrameError::Torn { received: self.buffer.len() });
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(FrameError::Io(error)),
            }
        }
    }

    /// Takes a frame that has arrived whole; otherwise makes room for more bytes.
    fn take_buffered(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(prefix) = self.buffer.first_chunk::<SIZE_PREFIX_BYTES>() else {
            self.buffer.reserve(READ_STEP_BYTES);
            return Ok(None);
        };
        let size = frame_size(*prefix, self.limit).map_err(FrameError::Size)?;
        let missing = (size + SIZE_PREFIX_BYTES).saturating_sub(self.buffer.len());
        if missing > 0 {
            // At most doubles what has arrived, so the copies of growing stay linear in the frame's size.
            self.buffer.reserve(missing.min(self.buffer.len().max(READ_STEP_BYTES)));
            return Ok(None);
        }
        self.buffer.advance(SIZE_PREFIX_BYTES);
        Ok(Some(self.buffer.split_to(size).freeze()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader_holding(bytes: &[u8], limit: usize) -> FrameReader {
        FrameReader { buffer: BytesMut::from(bytes), limit }
    }

    #[test]
    fn two_frames_that_arrive_together_come_out_one_by_one() {
        let mut reader = reader_holding(b"\0\0\0\x02ab\0\0\0\x01c", 100);
        assert_eq!(reader.take_buffered().unwrap().unwrap(), "ab");
        assert_eq!(reader.take_buffered().unwrap().unwrap(), "c");
        assert!(reader.take_buffered().unwrap().is_none());
    }

    #[test]
    fn a_frame_is_held_back_until_its_last_byte_has_arrived() {
        let whole = b"\0\0\0\x03abc";
        for cut in 0..whole.len() {
            assert!(reader_holding(&whole[..cut], 100).take_buffered().unwrap().is_none(), "cut at {cut}");
        }
    }

    #[test]
    fn a_negative_or_oversized_announcement_is_refused_before_any_allocation() {
        for prefix in [-1_i32, i32::MIN, 101, i32::MAX] {
            let mut reader = reader_holding(&prefix.to_be_bytes(), 100);
            let capacity = reader.buffer.capacity();
            let error = reader.take_buffered().unwrap_err();
            assert!(matches!(error, FrameError::Size(_)), "{error}");
            assert_eq!(reader.buffer.capacity(), capacity);
        }
    }

    #[test]
    fn a_large_announcement_reserves_only_one_step() {
        let mut reader = reader_holding(&(90 * 1024 * 1024_i32).to_be_bytes(), 100 * 1024 * 1024);
        assert!(reader.take_buffered().unwrap().is_none());
        assert!(reader.buffer.capacity() <= 4 * READ_STEP_BYTES);
    }
}
