//! One client connection: requests in, responses out in the same order.
//!
//! ```text
//! socket -> FrameReader -> [held: one request that must wait] -> handlers::start -> in flight, oldest first -> socket
//! ```
//!
//! Kafka processes one request of a connection at a time. Here consecutive Produce requests overlap: each has been
//! handed to its partitions, in order, before the next is looked at, and only the wait for durability overlaps, so
//! that one sync covers many of them. Every other request starts alone, when all before it are answered.
//!
//! A panic in a handler ends this connection's task and no other.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::net::tcp::ReadHalf;
use tokio::sync::watch;

use super::frame_reader::{FrameError, FrameReader};
use super::response_writer::{EncodedResponse, ResponseWriter};
use crate::broker_state::BrokerState;
use crate::handlers::{self, RequestContext, RequestError};

#[cfg(test)]
mod tests;

/// Produce requests of one connection that may wait for durability at once.
const MAX_REQUESTS_IN_FLIGHT: usize = 16;

/// What becomes of a request that was started.
pub(crate) enum Outcome {
    /// Send this.
    Respond(EncodedResponse),
    /// Send nothing (Produce with acks=0).
    Silence,
    /// Kafka answers this case by closing the connection.
    Close(RequestError),
}

/// A started request.
pub(crate) type Pending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Why a connection ended other than by the peer closing it between frames.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectionError {
    /// The stream of frames broke.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A request cannot be answered in its own protocol.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A response could not be sent.
    #[error("cannot write to the socket")]
    Write(#[source] io::Error),
    /// No request came for `connections.max.idle.ms`.
    #[error("idle for longer than connections.max.idle.ms")]
    Idle,
}

/// What a connection is told about itself.
pub(crate) struct ConnectionOptions {
    pub(crate) broker: Arc<BrokerState>,
    pub(crate) peer: SocketAddr,
    /// The address on this side that the client reached.
    pub(crate) local: SocketAddr,
    /// Turns true when the broker stops: requests in flight are answered, no new one is read.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Serves one connection until the peer closes it, it breaks a rule, or the broker stops.
pub(crate) async fn serve(mut stream: TcpStream, options: ConnectionOptions) -> Result<(), ConnectionError> {
    let (mut incoming, outgoing) = stream.split();
    let mut responses = ResponseWriter::new(outgoing.as_ref());
    let ended = serve_frames(&mut incoming, &mut responses, options).await;
    match ended {
        Err(ConnectionError::Write(_)) => {}
        // What was answered before the connection broke a rule still leaves.
        _ => responses.flush().await.map_err(ConnectionError::Write)?,
    }
    ended
}

async fn serve_frames(
    incoming: &mut ReadHalf<'_>,
    responses: &mut ResponseWriter<'_>,
    options: ConnectionOptions,
) -> Result<(), ConnectionError> {
    let ConnectionOptions { broker, peer, local, mut stopping } = options;
    let mut context = RequestContext::new(peer, local);
    let mut frames = FrameReader::new(broker.config.network.request_max_bytes, &broker.frame_buffers);
    let idle_limit = broker.config.network.connection_max_idle;
    let mut in_flight: VecDeque<InFlight<'_>> = VecDeque::new();
    let mut held: Option<Bytes> = None;
    loop {
        if held.is_none() && !*stopping.borrow() {
            held = frames.take_buffered()?;
        }
        if let Some(frame) = held.take_if(|frame| may_start(frame, &in_flight)) {
            let overlaps = handlers::overlaps(&frame);
            let future = handlers::start(&broker, &mut context, frame).await?;
            in_flight.push_back(InFlight { overlaps, future });
            // While whole frames are there and their answers too, nothing is sent: one call sends them all.
            if let Some(outcome) = poll_once(&mut in_flight).await {
                in_flight.pop_front();
                answer(responses, outcome).await?;
            }
            continue;
        }
        responses.flush().await.map_err(ConnectionError::Write)?;
        let answering = !in_flight.is_empty();
        let reading = held.is_none() && !*stopping.borrow();
        if !answering && !reading {
            return Ok(());
        }
        tokio::select! {
            biased;
            outcome = oldest(&mut in_flight), if answering => {
                in_flight.pop_front();
                answer(responses, outcome).await?;
            }
            frame = frames.next(incoming), if reading => match frame? {
                Some(frame) => held = Some(frame),
                None => return Ok(()),
            },
            () = sleep(idle_limit), if !answering => return Err(ConnectionError::Idle),
            _ = stopping.changed(), if reading => {}
        }
    }
}

async fn answer(responses: &mut ResponseWriter<'_>, outcome: Outcome) -> Result<(), ConnectionError> {
    match outcome {
        Outcome::Respond(response) => responses.write(response).await.map_err(ConnectionError::Write),
        Outcome::Silence => Ok(()),
        Outcome::Close(error) => Err(error.into()),
    }
}

/// The outcome of the oldest request in flight, if it is there already.
async fn poll_once(in_flight: &mut VecDeque<InFlight<'_>>) -> Option<Outcome> {
    let mut oldest = pin!(oldest(in_flight));
    poll_fn(|context| match oldest.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

async fn sleep(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => std::future::pending().await,
    }
}

struct InFlight<'a> {
    overlaps: bool,
    future: Pending<'a>,
}

async fn oldest(in_flight: &mut VecDeque<InFlight<'_>>) -> Outcome {
    match in_flight.front_mut() {
        Some(request) => (&mut request.future).await,
        None => std::future::pending().await,
    }
}

/// Says whether the request in `frame` may start beside those in flight.
fn may_start(frame: &Bytes, in_flight: &VecDeque<InFlight<'_>>) -> bool {
    in_flight.is_empty()
        || (handlers::overlaps(frame)
            && in_flight.len() < MAX_REQUESTS_IN_FLIGHT
            && in_flight.iter().all(|request| request.overlaps))
}
