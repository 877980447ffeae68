//! What the kernel alone can do: `sendfile` of cached file regions over the loopback interface to a reader that
//! throws them away. No broker can serve a fetch faster.

use std::fs::OpenOptions;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use anyhow::{Context, ensure};

use crate::wire::READ_BYTES;

/// Bytes given to one call.
const SEND_BYTES: usize = 8 << 20;

/// Sends the file `passes` times; returns the bytes that arrived.
///
/// `send_buffer_bytes` of 0 leaves the socket's buffer to the system. A small one (Kafka's default is 100 KiB) is
/// faster on one machine: what waits in the buffer has left the caches when it is read.
pub(crate) fn send(path: &Path, passes: u32, send_buffer_bytes: usize) -> anyhow::Result<u64> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let reader = std::thread::spawn(move || -> anyhow::Result<u64> {
        let mut stream = TcpStream::connect(address)?;
        let mut buffer = vec![0; READ_BYTES];
        let mut total = 0;
        loop {
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                return Ok(total);
            }
            total += count as u64;
        }
    });
    let (stream, _) = listener.accept()?;
    if send_buffer_bytes > 0 {
        rustix::net::sockopt::set_socket_send_buffer_size(&stream, send_buffer_bytes)?;
    }
    let file = OpenOptions::new().read(true).open(path).with_context(|| path.display().to_string())?;
    let size = file.metadata()?.len();
    for _ in 0..passes {
        let mut offset = 0;
        while offset < size {
            let sent = rustix::fs::sendfile(&stream, &file, Some(&mut offset), SEND_BYTES)?;
            ensure!(sent > 0, "{} became shorter", path.display());
        }
    }
    drop(stream);
    match reader.join() {
        Ok(total) => total,
        Err(_) => anyhow::bail!("the reader panicked"),
    }
}
