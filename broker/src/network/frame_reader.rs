//! Cuts length-prefixed frames out of a stream of bytes.
//!
//! ```text
//! size: i32 (big endian, of what follows) | size bytes of request header and body
//! ```
//!
//! Memory follows what has arrived, not what the prefix promises: a peer that announces 100 MiB and sends ten
//! bytes costs one buffer. A connection that has sent no part of a frame has no buffer at all.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use bytes::{Buf, Bytes, BytesMut};
use tidemill_protocol::frame::{FrameSizeError, SIZE_PREFIX_BYTES, frame_size};
use tokio::io::AsyncReadExt;
use tokio::net::tcp::ReadHalf;

use super::frame_buffers::{BUFFER_BYTES, FrameBuffers};

/// Least room for one read, so that small frames come many at a time.
const MIN_READ_BYTES: usize = 32 * 1024;

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
pub(crate) struct FrameReader<'a> {
    buffer: BytesMut,
    /// Bytes that the buffer was made for, at most.
    buffer_bytes: usize,
    limit: usize,
    buffers: &'a FrameBuffers,
}

impl<'a> FrameReader<'a> {
    /// Makes a reader that refuses frames above `limit` bytes and borrows its buffers.
    pub(crate) fn new(limit: usize, buffers: &'a FrameBuffers) -> Self {
        Self { buffer: BytesMut::new(), buffer_bytes: 0, limit, buffers }
    }

    /// Returns the next whole frame without its size prefix, or `None` when the peer closed between frames.
    pub(crate) async fn next(&mut self, stream: &mut ReadHalf<'_>) -> Result<Option<Bytes>, FrameError> {
        loop {
            if let Some(frame) = self.take_buffered()? {
                return Ok(Some(frame));
            }
            if self.buffer.is_empty() {
                self.give_back();
            }
            stream.readable().await.map_err(FrameError::Io)?;
            self.make_room()?;
            match read_once(stream, &mut self.buffer).await {
                Some(Ok(0)) if self.buffer.is_empty() => return Ok(None),
                Some(Ok(0)) => return Err(FrameError::Torn { received: self.buffer.len() }),
                Some(Ok(_)) => {}
                // Nothing was there after all, or this task has used up its share of the thread.
                None => {
                    if self.buffer.is_empty() {
                        self.give_back();
                    }
                    tokio::task::yield_now().await;
                }
                Some(Err(error)) => return Err(FrameError::Io(error)),
            }
        }
    }

    /// Takes a frame that has arrived whole.
    pub(crate) fn take_buffered(&mut self) -> Result<Option<Bytes>, FrameError> {
        match self.frame_bytes()? {
            Some(needed) if self.buffer.len() >= needed => {
                let mut frame = self.buffer.split_to(needed);
                frame.advance(SIZE_PREFIX_BYTES);
                Ok(Some(frame.freeze()))
            }
            _ => Ok(None),
        }
    }

    /// Bytes of the first frame in the buffer, prefix included, if that much is known.
    fn frame_bytes(&self) -> Result<Option<usize>, FrameError> {
        let Some(prefix) = self.buffer.first_chunk::<SIZE_PREFIX_BYTES>() else {
            return Ok(None);
        };
        let size = frame_size(*prefix, self.limit).map_err(FrameError::Size)?;
        Ok(Some(size + SIZE_PREFIX_BYTES))
    }

    /// Sees to it that the next read has somewhere to go.
    fn make_room(&mut self) -> Result<(), FrameError> {
        if self.buffer.is_empty() {
            self.give_back();
            self.buffer = self.buffers.take();
            self.buffer_bytes = BUFFER_BYTES;
            return Ok(());
        }
        let missing = self.frame_bytes()?.unwrap_or(SIZE_PREFIX_BYTES).saturating_sub(self.buffer.len());
        // At most doubles what has arrived, so the copies of growing stay linear in the frame's size.
        let step = missing.clamp(MIN_READ_BYTES, self.buffer.len().max(BUFFER_BYTES));
        self.buffer_bytes = self.buffer_bytes.max(self.buffer.len() + step);
        self.buffer.reserve(step);
        Ok(())
    }

    fn give_back(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        self.buffers.give_back(buffer, std::mem::take(&mut self.buffer_bytes));
    }
}

impl Drop for FrameReader<'_> {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Reads what is there; `None` if nothing is. A read that does not fill the buffer tells the runtime that the socket is
/// empty, which saves the system call that would find that out.
async fn read_once(stream: &mut ReadHalf<'_>, buffer: &mut BytesMut) -> Option<io::Result<usize>> {
    let mut reading = pin!(stream.read_buf(buffer));
    poll_fn(|context| match reading.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader_holding<'a>(bytes: &[u8], buffers: &'a FrameBuffers) -> FrameReader<'a> {
        FrameReader { buffer: BytesMut::from(bytes), ..FrameReader::new(100, buffers) }
    }

    #[test]
    fn two_frames_that_arrive_together_come_out_one_by_one() {
        let buffers = FrameBuffers::default();
        let mut reader = reader_holding(b"\0\0\0\x02ab\0\0\0\x01c", &buffers);
        assert_eq!(reader.take_buffered().unwrap().unwrap(), "ab");
        assert_eq!(reader.take_buffered().unwrap().unwrap(), "c");
        assert!(reader.take_buffered().unwrap().is_none());
    }

    #[test]
    fn a_frame_is_held_back_until_its_last_byte_has_arrived() {
        let whole = b"\0\0\0\x03abc";
        let buffers = FrameBuffers::default();
        for cut in 0..whole.len() {
            assert!(
                reader_holding(&whole[..cut], &buffers).take_buffered().unwrap().is_none(),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn a_negative_or_oversized_announcement_is_refused_before_any_allocation() {
        let buffers = FrameBuffers::default();
        for prefix in [-1_i32, i32::MIN, 101, i32::MAX] {
            let mut reader = reader_holding(&prefix.to_be_bytes(), &buffers);
            let capacity = reader.buffer.capacity();
            let error = reader.take_buffered().unwrap_err();
            assert!(matches!(error, FrameError::Size(_)), "{error}");
            assert!(matches!(reader.make_room(), Err(FrameError::Size(_))));
            assert_eq!(reader.buffer.capacity(), capacity);
        }
    }

    #[test]
    fn a_large_announcement_reserves_only_one_step() {
        let buffers = FrameBuffers::default();
        let mut reader = reader_holding(&(90 * 1024 * 1024_i32).to_be_bytes(), &buffers);
        reader.limit = 100 * 1024 * 1024;
        assert!(reader.take_buffered().unwrap().is_none());
        reader.make_room().unwrap();
        assert!(reader.buffer.capacity() <= 2 * BUFFER_BYTES);
    }

    #[test]
    fn a_reader_with_no_part_of_a_frame_has_no_buffer() {
        let buffers = FrameBuffers::default();
        let mut reader = reader_holding(b"\0\0\0\x02ab", &buffers);
        assert!(reader.take_buffered().unwrap().is_some());
        reader.give_back();
        assert_eq!(reader.buffer.capacity(), 0);
    }

    #[test]
    fn a_task_that_has_used_up_its_turn_yields_and_reads_in_the_next() {
        let (done, read) = std::sync::mpsc::sync_channel(1);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
            done.send(runtime.block_on(read_with_no_budget_left())).unwrap();
        });
        // Spinning instead of yielding would never end.
        assert_eq!(read.recv_timeout(std::time::Duration::from_secs(20)).unwrap(), "a");
    }

    async fn read_with_no_budget_left() -> Bytes {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut client, b"\0\0\0\x01a").await.unwrap();
        server.readable().await.unwrap();
        while tokio::task::coop::has_budget_remaining() {
            let (ready, received) = tokio::sync::oneshot::channel();
            ready.send(()).unwrap();
            received.await.unwrap();
        }
        let buffers = FrameBuffers::default();
        let frame = FrameReader::new(100, &buffers).next(&mut server.split().0).await;
        frame.unwrap().unwrap()
    }
}
