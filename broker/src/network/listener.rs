//! Accepts connections and gives each a task of its own.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::Instrument;

use super::connection::{self, ConnectionOptions};
use super::connections_by_address::override_for;
use crate::broker_state::BrokerState;
use crate::error_chain::chain;

/// Accepts on `listener` until `stopping` turns true, then waits for the connections to finish.
///
/// At most `max.connections` are open at once; further ones wait in the kernel's queue.
pub(crate) async fn run(
    listener: TcpListener,
    broker: Arc<BrokerState>,
    mut stopping: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(broker.config.network.max_connections));
    let mut connections = JoinSet::new();
    while !*stopping.borrow() {
        let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let limit = limit_for(&broker, peer.ip());
                    let Some(admitted) = broker.connections_by_address.admit(peer.ip(), limit) else {
                        tracing::info!(%peer, limit, "closed a connection above max.connections.per.ip");
                        continue;
                    };
                    let served = serve(stream, peer, Arc::clone(&broker), stopping.clone());
                    connections.spawn(async move { served.await; drop((place, admitted)) });
                }
                Err(error) => {
                    // Out of descriptors, most likely: accepting at once again would only spin.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            },
            _ = stopping.changed() => {}
        }
        while let Some(ended) = connections.try_join_next() {
            report(&broker, ended);
        }
    }
    drop(listener);
    while let Some(ended) = connections.join_next().await {
        report(&broker, ended);
    }
}

/// Connections that `address` may have open at once, as configured now.
fn limit_for(broker: &BrokerState, address: IpAddr) -> usize {
    let image = broker.metadata.image();
    let layers = broker.layers(&image);
    let overrides = layers.text("max.connections.per.ip.overrides").unwrap_or_default();
    override_for(address, &overrides)
        .or_else(|| layers.integer("max.connections.per.ip").ok())
        .unwrap_or(usize::MAX)
}

fn report(broker: &BrokerState, ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        broker.metrics.request_panics.inc();
        tracing::error!(%error, "a request panicked; its connection was closed, the others go on");
    }
}

/// Sets what every connection needs; returns the address that the client reached.
fn prepare(stream: &TcpStream, send_buffer_bytes: Option<usize>) -> io::Result<SocketAddr> {
    stream.set_nodelay(true)?;
    if let Some(bytes) = send_buffer_bytes {
        rustix::net::sockopt::set_socket_send_buffer_size(stream, bytes)?;
    }
    stream.local_addr()
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    broker: Arc<BrokerState>,
    stopping: watch::Receiver<bool>,
) {
    let span = tracing::debug_span!("connection", %peer);
    async move {
        let local = match prepare(&stream, broker.config.network.send_buffer_bytes) {
            Ok(local) => local,
            Err(error) => return tracing::debug!(%error, "connection ended before its first request"),
        };
        broker.metrics.connections.inc();
        let _open = broker.metrics.count_open_connection();
        let options = ConnectionOptions { broker, peer, local, stopping };
        match connection::serve(stream, options).await {
            Ok(()) => tracing::debug!("connection closed"),
            Err(error) => tracing::info!(error = %chain(&error), "connection closed by the broker"),
        }
    }
    .instrument(span)
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_gets_the_configured_send_buffer_or_that_of_the_system() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let size = || rustix::net::sockopt::socket_send_buffer_size(&stream).unwrap();
        let before = size();
        assert_eq!(prepare(&stream, None).unwrap(), stream.local_addr().unwrap());
        assert_eq!(size(), before);
        prepare(&stream, Some(50_000)).unwrap();
        // Linux doubles the value for its own bookkeeping.
        assert_eq!(size(), 100_000);
        assert!(stream.nodelay().unwrap());
    }
}
