//! Buffers that connections read into: a few, used again and again by whichever connection has something to read.
//!
//! Reused memory is mapped and warm in the caches; a fresh buffer for every frame costs a page fault for each of its
//! pages. A frame is a slice of its buffer, so a buffer is used again only after its frames are gone.

use bytes::BytesMut;
use parking_lot::Mutex;

/// Size of a new buffer.
pub(super) const BUFFER_BYTES: usize = 128 * 1024;
/// A buffer that a large frame made larger than this is not kept.
const MAX_KEPT_BYTES: usize = 1280 * 1024;
/// Buffers that wait for their next use.
const MAX_KEPT: usize = 8;

/// The buffers that no connection is using. At most [`MAX_KEPT`] of at most [`MAX_KEPT_BYTES`].
#[derive(Debug, Default)]
pub(crate) struct FrameBuffers {
    kept: Mutex<Vec<BytesMut>>,
}

impl FrameBuffers {
    /// Hands out an empty buffer with room for at least [`BUFFER_BYTES`].
    pub(super) fn take(&self) -> BytesMut {
        let kept = self.kept.lock().pop();
        if let Some(mut buffer) = kept
            && buffer.try_reclaim(BUFFER_BYTES)
        {
            return buffer;
        }
        // If there was one, frames of it are still in use: they keep its memory until they are gone.
        BytesMut::with_capacity(BUFFER_BYTES)
    }

    /// Takes back a buffer that holds nothing any more; `size_bytes` is the largest it has been.
    pub(super) fn give_back(&self, mut buffer: BytesMut, size_bytes: usize) {
        if size_bytes == 0 || size_bytes > MAX_KEPT_BYTES {
            return;
        }
        buffer.clear();
        let mut kept = self.kept.lock();
        if kept.len() < MAX_KEPT {
            kept.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_used_again_when_its_frames_are_gone() {
        let buffers = FrameBuffers::default();
        let mut buffer = buffers.take();
        buffer.extend_from_slice(b"frame");
        let address = buffer.as_ptr();
        let frame = buffer.split_to(5).freeze();
        drop(frame);
        buffers.give_back(buffer, BUFFER_BYTES);
        assert_eq!(buffers.take().as_ptr(), address);
    }

    #[test]
    fn a_frame_that_is_still_in_use_keeps_its_bytes() {
        let buffers = FrameBuffers::default();
        let mut buffer = buffers.take();
        buffer.extend_from_slice(b"frame");
        let frame = buffer.split_to(5).freeze();
        buffers.give_back(buffer, BUFFER_BYTES);
        buffers.take().extend_from_slice(&[0; BUFFER_BYTES]);
        assert_eq!(frame, "frame");
    }

    #[test]
    fn neither_many_nor_large_buffers_are_kept() {
        let buffers = FrameBuffers::default();
        for _ in 0..100 {
            buffers.give_back(BytesMut::with_capacity(BUFFER_BYTES), BUFFER_BYTES);
        }
        assert_eq!(buffers.kept.lock().len(), MAX_KEPT);
        buffers.kept.lock().clear();
        buffers.give_back(BytesMut::with_capacity(2 * MAX_KEPT_BYTES), 2 * MAX_KEPT_BYTES);
        assert!(buffers.kept.lock().is_empty());
    }
}
