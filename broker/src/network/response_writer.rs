//! Sends an encoded response; record data that lies in log files goes from page cache to socket by `sendfile`.
//!
//! ```text
//! size: i32 | bytes ... [hole 0: region 0] ... bytes ... [hole 1: region 1] ... bytes
//! ```

use std::io;
use std::sync::Arc;

use rustix::io::ReadWriteFlags;
use rustix::net::SendFlags;
use tidemill_log::{Chunk, FileRegion};
use tidemill_protocol::frame::{EncodedFrame, FramePart};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// One call of `sendfile` moves at most this much, so that a fast peer does not keep a network thread.
const SENDFILE_STEP_BYTES: u64 = 256 * 1024;

/// Responses up to this size are copied into one buffer and sent together; what is larger is sent from where it lies.
const MAX_PENDING_BYTES: usize = 32 * 1024;

/// Size of the buffer that stays between two sends.
const KEPT_BYTES: usize = 256;

/// A response as it goes on the wire: an encoded frame, and what fills each of its holes, in order.
#[derive(Debug)]
pub(crate) struct EncodedResponse {
    /// Size prefix, header and body, with holes where deferred records belong.
    pub(crate) frame: EncodedFrame,
    /// The data of each hole: as many entries as holes, each as long as its hole.
    pub(crate) fillings: Vec<Vec<Chunk>>,
}

/// Sends responses over one connection; small ones together.
pub(crate) struct ResponseWriter<'a> {
    stream: &'a TcpStream,
    /// What is written and not sent.
    pending: Vec<u8>,
}

impl<'a> ResponseWriter<'a> {
    pub(crate) fn new(stream: &'a TcpStream) -> Self {
        Self { stream, pending: Vec::new() }
    }

    /// Writes `response`, whose last bytes may wait for [`ResponseWriter::flush`]. Not dropped half-way by its caller
    /// except to close the connection.
    pub(crate) async fn write(&mut self, response: EncodedResponse) -> io::Result<()> {
        let mut fillings = response.fillings.into_iter();
        for part in response.frame.into_parts() {
            match part {
                FramePart::Bytes(bytes) if self.pending.len() + bytes.len() <= MAX_PENDING_BYTES => {
                    self.pending.extend_from_slice(&bytes);
                }
                FramePart::Bytes(bytes) => {
                    self.send_pending(SendFlags::MORE).await?;
                    send_bytes(self.stream, &bytes, SendFlags::empty()).await?;
                }
                FramePart::Deferred(_) => {
                    for chunk in fillings.next().unwrap_or_default() {
                        self.send_pending(SendFlags::MORE).await?;
                        match chunk {
                            Chunk::Bytes(bytes) => {
                                send_bytes(self.stream, &bytes, SendFlags::empty()).await?;
                            }
                            Chunk::FileRegion(region) => send_region(self.stream, &region).await?,
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Sends what was written.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.send_pending(SendFlags::empty()).await
    }

    async fn send_pending(&mut self, flags: SendFlags) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        send_bytes(self.stream, &self.pending, flags).await?;
        self.pending.clear();
        // An idle connection keeps next to nothing.
        self.pending.shrink_to(KEPT_BYTES);
        Ok(())
    }
}

/// Sends bytes; [`SendFlags::MORE`] says that others follow at once, with which they may share a packet.
async fn send_bytes(stream: &TcpStream, mut bytes: &[u8], flags: SendFlags) -> io::Result<()> {
    while !bytes.is_empty() {
        let send = || Ok(rustix::net::send(stream, bytes, flags | SendFlags::NOSIGNAL)?);
        match stream.async_io(Interest::WRITABLE, send).await? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            sent => bytes = &bytes[sent..],
        }
    }
    Ok(())
}

/// Sends a region of a log file without copying it into this process.
async fn send_region(stream: &TcpStream, region: &FileRegion) -> io::Result<()> {
    let Some(file) = region.file.as_fd() else {
        let bytes = region.read().map_err(io::Error::other)?;
        return send_bytes(stream, &bytes, SendFlags::empty()).await;
    };
    let end = region.position + u64::from(region.len);
    let mut position = region.position;
    while position < end {
        let step = (end - position).min(SENDFILE_STEP_BYTES);
        load_into_page_cache(region, position, step).await?;
        let sent = stream
            .async_io(Interest::WRITABLE, || {
                let mut offset = position;
                let count = usize::try_from(step).expect("a step is at most 256 KiB");
                Ok(rustix::fs::sendfile(stream, file, Some(&mut offset), count)?)
            })
            .await?;
        if sent == 0 {
            return Err(io::Error::other(format!(
                "{} ended at byte {position}, {} bytes of the response are missing",
                region.file.path().display(),
                end - position
            )));
        }
        position += u64::try_from(sent).expect("usize fits u64");
    }
    Ok(())
}

/// Reads `len` bytes at `position` on an I/O thread unless they are in the page cache already, because
/// `sendfile` from a cold file would stall every connection of this network thread.
async fn load_into_page_cache(region: &FileRegion, position: u64, len: u64) -> io::Result<()> {
    let is_cached = |at: u64| {
        let mut probe = [0_u8; 1];
        let slices = &mut [io::IoSliceMut::new(&mut probe)];
        // Anything but "it would block" is for sendfile to report, a kernel without the flag included.
        region.file.as_fd().is_none_or(|file| {
            !matches!(
                rustix::io::preadv2(file, slices, at, ReadWriteFlags::NOWAIT),
                Err(rustix::io::Errno::AGAIN)
            )
        })
    };
    if is_cached(position) && is_cached(position + len - 1) {
        return Ok(());
    }
    let step = FileRegion {
        file: Arc::clone(&region.file),
        position,
        len: u32::try_from(len).expect("a step is at most 256 KiB"),
    };
    let read = tokio::task::spawn_blocking(move || step.read().map(drop));
    read.await.map_err(io::Error::other)?.map_err(io::Error::other)
}
