//! `/metrics`, `/health/live` and `/health/ready` over HTTP, where `http.listener` says so.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::broker_state::BrokerState;

/// OpenMetrics 1.0 (Prometheus asks for it by this name).
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves until `stopping` turns true.
pub(crate) async fn run(
    listener: TcpListener,
    broker: Arc<BrokerState>,
    mut stopping: watch::Receiver<bool>,
) {
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/health/live", get(async || "live\n"))
        .route("/health/ready", get(ready))
        .with_state(broker);
    let stopped = async move {
        // An error means that the broker is gone already.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the HTTP listener ended");
    }
}

async fn metrics(State(broker): State<Arc<BrokerState>>) -> impl IntoResponse {
    broker.metrics.set_fetch_sessions(broker.fetch_sessions.counts());
    match broker.metrics.render() {
        Ok(text) => Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text)),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, format!("cannot write metrics: {error}\n"))),
    }
}

/// Ready means that every partition is open.
async fn ready(State(broker): State<Arc<BrokerState>>) -> impl IntoResponse {
    let image = broker.metadata.image();
    let expected: usize = image.topics().map(|topic| topic.partitions.len()).sum();
    let open = broker.partitions.all().len();
    if open >= expected {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("{open} of {expected} partitions are open\n"))
    }
}
