//! Requests and responses over one connection, pipelined.
//!
//! A writer task and a reader task share the list of calls that await an answer. Kafka answers in the order
//! asked, so the list is a queue; an answer out of order ends the connection. Each call holds a permit, which
//! bounds the queue.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use tidemill_protocol::frame::{self, FramePart, SIZE_PREFIX_BYTES};
use tidemill_protocol::{ApiKey, Message, Reader, Request, RequestHeader, ResponseHeader};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::{CallError, SupportedVersions};
use crate::network;

/// Calls that may await their answers on one connection.
const MAX_PIPELINED: usize = 256;
/// Bytes read ahead of a frame.
const READ_AHEAD_BYTES: usize = 16 * 1024;
/// Bytes allocated for a frame before any of it has arrived.
const FIRST_ALLOCATION_BYTES: usize = 4 * 1024 * 1024;

/// An open connection. Dropping the last clone of its `Arc` ends it.
#[derive(Debug)]
pub(crate) struct Channel {
    address: String,
    client_id: String,
    versions: SupportedVersions,
    next_correlation_id: AtomicI32,
    outgoing: mpsc::Sender<Outgoing>,
    permits: Arc<Semaphore>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    awaiting: Mutex<VecDeque<Awaiting>>,
    closed: AtomicBool,
    closing: Notify,
}

#[derive(Debug)]
struct Awaiting {
    correlation_id: i32,
    reply: oneshot::Sender<Bytes>,
    _permit: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct Outgoing {
    frame: Bytes,
    awaiting: Option<Awaiting>,
}

/// A request that was handed to the connection.
#[derive(Debug)]
pub(crate) struct PendingCall {
    version: i16,
    api: ApiKey,
    reply: oneshot::Receiver<Bytes>,
}

impl Shared {
    /// Ends the connection: both tasks stop and every call that awaits an answer fails.
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.closing.notify_waiters();
        self.closing.notify_one();
        self.awaiting.lock().clear();
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Channel {
    /// Starts the tasks of a connection whose peer is called `address`.
    pub(crate) fn start(
        stream: TcpStream,
        address: String,
        client_id: String,
        max_response_bytes: usize,
    ) -> Self {
        let (read_half, write_half) = stream.into_split();
        let (outgoing, requests) = mpsc::channel(MAX_PIPELINED);
        let shared = Arc::new(Shared::default());
        network::spawn(write_frames(write_half, requests, Arc::clone(&shared)));
        network::spawn(read_frames(read_half, Arc::clone(&shared), max_response_bytes, address.clone()));
        Self {
            address,
            client_id,
            versions: SupportedVersions::default(),
            next_correlation_id: AtomicI32::new(0),
            outgoing,
            permits: Arc::new(Semaphore::new(MAX_PIPELINED)),
            shared,
        }
    }

    /// Records what the broker speaks.
    pub(super) fn set_versions(&mut self, versions: SupportedVersions) {
        self.versions = versions;
    }

    /// Returns `host:port` of the broker.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Whether the connection has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }

    /// Ends the connection.
    pub(crate) fn close(&self) {
        self.shared.close();
    }

    /// Returns the highest version of `R` both sides speak, at most `limit`.
    pub(crate) fn version<R: Request>(&self, limit: i16) -> Result<i16, CallError> {
        self.versions
            .pick::<R>(limit)
            .ok_or_else(|| CallError::Unsupported { address: self.address.clone(), api: R::API_KEY })
    }

    /// Returns the level of `transaction.version` that the cluster had finalised when the connection was made.
    pub(crate) fn transaction_version(&self) -> i16 {
        self.versions.transaction_version()
    }

    /// Sends `request` in `version` and waits for its answer.
    pub(crate) async fn call<R: Request>(
        &self,
        request: &R,
        version: i16,
        timeout: Duration,
    ) -> Result<R::Response, CallError> {
        let call = async {
            let pending = self.send(request, version).await?;
            self.answer::<R>(pending).await
        };
        match tokio::time::timeout(timeout, call).await {
            Ok(answered) => answered,
            Err(_) => {
                // Answers come in order: behind one that does not come, none will.
                self.close();
                Err(CallError::Timeout { address: self.address.clone(), api: R::API_KEY, timeout })
            }
        }
    }

    /// Hands `request` to the connection; requests go out in the order of these calls.
    pub(crate) async fn send<R: Request>(&self, request: &R, version: i16) -> Result<PendingCall, CallError> {
        let disconnected = || self.disconnected(R::API_KEY);
        let (frame, correlation_id) = self.encode(request, version)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| disconnected())?;
        let (reply, received) = oneshot::channel();
        let awaiting = Some(Awaiting { correlation_id, reply, _permit: permit });
        self.hand_over(Outgoing { frame, awaiting }, R::API_KEY).await?;
        Ok(PendingCall { version, api: R::API_KEY, reply: received })
    }

    /// Hands over a request that the broker never answers (Produce with `acks=0`).
    pub(crate) async fn send_unanswered<R: Request>(
        &self,
        request: &R,
        version: i16,
    ) -> Result<(), CallError> {
        let (frame, _) = self.encode(request, version)?;
        self.hand_over(Outgoing { frame, awaiting: None }, R::API_KEY).await
    }

    /// Waits for the answer to a request that was sent.
    pub(crate) async fn answer<R: Request>(&self, pending: PendingCall) -> Result<R::Response, CallError> {
        let version = pending.version;
        let frame = self.frame(pending).await?;
        self.decode::<R>(frame, version)
    }

    /// Waits for the undecoded answer to a request that was sent.
    pub(super) async fn frame(&self, pending: PendingCall) -> Result<Bytes, CallError> {
        pending.reply.await.map_err(|_| self.disconnected(pending.api))
    }

    /// Reads the answer to `R` in `version`.
    pub(super) fn decode<R: Request>(&self, frame: Bytes, version: i16) -> Result<R::Response, CallError> {
        let mut reader = Reader::new(frame);
        ResponseHeader::decode(&mut reader, R::API_KEY, version)
            .and_then(|_| R::Response::decode(&mut reader, version))
            .map_err(|source| CallError::Decode { address: self.address.clone(), api: R::API_KEY, source })
    }

    async fn hand_over(&self, outgoing: Outgoing, api: ApiKey) -> Result<(), CallError> {
        if self.is_closed() {
            return Err(self.disconnected(api));
        }
        self.outgoing.send(outgoing).await.map_err(|_| self.disconnected(api))
    }

    fn encode<R: Request>(&self, request: &R, version: i16) -> Result<(Bytes, i32), CallError> {
        let correlation_id = self.next_correlation_id.fetch_add(1, Ordering::Relaxed);
        let header = RequestHeader {
            api_key: R::API_KEY,
            api_version: version,
            correlation_id,
            client_id: Some(self.client_id.clone()),
        };
        let encoded = frame::encode_request(&header, request)
            .map_err(|source| CallError::Encode { api: R::API_KEY, source })?;
        match encoded.into_parts().next() {
            Some(FramePart::Bytes(bytes)) => Ok((bytes, correlation_id)),
            _ => unreachable!("clients never defer records"),
        }
    }

    fn disconnected(&self, api: ApiKey) -> CallError {
        CallError::Disconnected { address: self.address.clone(), api }
    }
}

/// Writes requests until the connection ends.
async fn write_frames(
    mut socket: OwnedWriteHalf,
    mut requests: mpsc::Receiver<Outgoing>,
    shared: Arc<Shared>,
) {
    loop {
        let closing = shared.closing.notified();
        if shared.closed.load(Ordering::Acquire) {
            break;
        }
        let outgoing = tokio::select! {
            outgoing = requests.recv() => outgoing,
            () = closing => None,
        };
        let Some(Outgoing { frame, awaiting }) = outgoing else {
            break;
        };
        if let Some(awaiting) = awaiting {
            shared.awaiting.lock().push_back(awaiting);
        }
        let written = tokio::select! {
            written = socket.write_all(&frame) => written.is_ok(),
            () = shared.closing.notified() => false,
        };
        if !written {
            break;
        }
    }
    requests.close();
    shared.close();
}

/// Reads responses until the connection ends.
async fn read_frames(socket: OwnedReadHalf, shared: Arc<Shared>, max_bytes: usize, address: String) {
    let mut socket = BufReader::with_capacity(READ_AHEAD_BYTES, socket);
    loop {
        let closing = shared.closing.notified();
        if shared.closed.load(Ordering::Acquire) {
            break;
        }
        let frame = tokio::select! {
            frame = read_frame(&mut socket, max_bytes) => frame,
            () = closing => break,
        };
        match frame {
            Ok(frame) if deliver(&shared, &frame) => {}
            Ok(_) => {
                tracing::warn!(%address, "the broker answered out of order; closing the connection");
                break;
            }
            Err(reason) => {
                tracing::debug!(%address, %reason, "connection ended");
                break;
            }
        }
    }
    shared.close();
}

/// Hands an answer to the call at the head of the queue; false if the two do not belong together.
fn deliver(shared: &Shared, frame: &Bytes) -> bool {
    let Some(id) = frame.first_chunk::<4>().map(|bytes| i32::from_be_bytes(*bytes)) else {
        return false;
    };
    let Some(awaiting) = shared.awaiting.lock().pop_front() else {
        return false;
    };
    let matches = awaiting.correlation_id == id;
    if matches {
        // The caller may have given up; its answer is of no use to anybody else.
        drop(awaiting.reply.send(frame.clone()));
    }
    matches
}

/// Reads one frame without its size.
async fn read_frame(
    socket: &mut BufReader<OwnedReadHalf>,
    max_bytes: usize,
) -> Result<Bytes, std::io::Error> {
    let mut prefix = [0; SIZE_PREFIX_BYTES];
    socket.read_exact(&mut prefix).await?;
    let size = frame::frame_size(prefix, max_bytes).map_err(std::io::Error::other)?;
    let mut bytes = BytesMut::with_capacity(size.min(FIRST_ALLOCATION_BYTES));
    let mut limited = socket.take(size as u64);
    while bytes.len() < size {
        if limited.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(bytes.freeze())
}
