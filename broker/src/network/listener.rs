//! Accepts connections and gives each a task of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::Instrument;

use super::connection::{self, ConnectionOptions};
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
                    let served = serve(stream, peer, Arc::clone(&broker), stopping.clone());
                    connections.spawn(async move { served.await; drop(place) });
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

fn report(broker: &BrokerState, ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        broker.metrics.request_panics.inc();
        tracing::error!(%error, "a request panicked; its connection was closed, the others go on");
    }
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    broker: Arc<BrokerState>,
    stopping: watch::Receiver<bool>,
) {
    let span = tracing::debug_span!("connection", %peer);
    async move {
        let local = match stream.set_nodelay(true).and_then(|()| stream.local_addr()) {
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
