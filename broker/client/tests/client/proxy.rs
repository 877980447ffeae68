//! A proxy that cuts connections while answers are on their way.
//!
//! It listens on a port of its own and forwards to one broker. Metadata names the broker's real address, so the
//! proxy rewrites the port wherever an answer contains it: the client then only ever talks to the proxy.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

/// A running proxy; ends with the process.
pub(crate) struct Proxy {
    address: SocketAddr,
    cutting: Arc<AtomicBool>,
    cuts: Arc<AtomicU32>,
}

impl Proxy {
    /// Starts to forward to `upstream` (`host:port`).
    pub(crate) fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (cutting, cuts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let upstream = upstream.to_owned();
        let (cutting_too, cuts_too) = (Arc::clone(&cutting), Arc::clone(&cuts));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&upstream) else {
                    continue;
                };
                let real = server.peer_addr().unwrap().port();
                forward(
                    client,
                    server,
                    (real, address.port()),
                    (Arc::clone(&cutting_too), Arc::clone(&cuts_too)),
                );
            }
        });
        Self { address, cutting, cuts }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Cuts every connection at its next answers from now on, some before, some in the middle of the answer.
    pub(crate) fn cut(&self, cutting: bool) {
        self.cutting.store(cutting, Ordering::SeqCst);
    }

    pub(crate) fn cuts(&self) -> u32 {
        self.cuts.load(Ordering::SeqCst)
    }
}

fn forward(
    client: TcpStream,
    server: TcpStream,
    (real, own): (u16, u16),
    (cutting, cuts): (Arc<AtomicBool>, Arc<AtomicU32>),
) {
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        // Ends when either side does; the other direction notices by itself.
        drop(std::io::copy(&mut from_client, &mut to_server));
        drop(to_server.shutdown(Shutdown::Both));
    });
    thread::spawn(move || {
        let (mut from_server, mut to_client) = (server, client);
        let mut answers = 0_u32;
        while let Some(mut frame) = read_frame(&mut from_server) {
            rewrite_port(&mut frame, real, own);
            answers += 1;
            if cutting.load(Ordering::SeqCst) && answers % 7 == 5 {
                let kept =
                    if cuts.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) { 0 } else { frame.len() / 2 };
                drop(to_client.write_all(&frame[..kept]));
                break;
            }
            if to_client.write_all(&frame).is_err() {
                break;
            }
        }
        drop(to_client.shutdown(Shutdown::Both));
        drop(from_server.shutdown(Shutdown::Both));
    });
}

/// Reads one answer with its size in front.
fn read_frame(socket: &mut TcpStream) -> Option<Vec<u8>> {
    let mut frame = vec![0; 4];
    socket.read_exact(&mut frame).ok()?;
    let size = usize::try_from(i32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]])).ok()?;
    frame.resize(4 + size, 0);
    socket.read_exact(&mut frame[4..]).ok()?;
    Some(frame)
}

/// Replaces the broker's port (an `i32` behind the text of its host) by the proxy's.
fn rewrite_port(frame: &mut [u8], real: u16, own: u16) {
    let host = b"127.0.0.1";
    let (real, own) = (i32::from(real).to_be_bytes(), i32::from(own).to_be_bytes());
    for at in 0..frame.len().saturating_sub(host.len() + 4) {
        let port = at + host.len();
        if frame[at..port] == *host && frame[port..port + 4] == real {
            frame[port..port + 4].copy_from_slice(&own);
        }
    }
}
