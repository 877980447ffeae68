//! FindCoordinator: one key before version 4, several since (KIP-699).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::find_coordinator::{
    Coordinator, FindCoordinatorRequest, FindCoordinatorResponse,
};

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=6;
/// First version with several keys; it leaves the fields for one empty.
const KEYS_SINCE: i16 = 4;

/// What a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoordinatorKind {
    /// A group: key type 0.
    Group,
    /// A transactional id: key type 1.
    Transaction,
}

/// A broker that coordinates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub node_id: i32,
    /// Where clients connect.
    pub host: String,
    /// The port there.
    pub port: i32,
}

/// Answers a request; `find` names the coordinator of a key.
pub fn handle(
    request: FindCoordinatorRequest,
    version: i16,
    find: impl Fn(CoordinatorKind, &str) -> Result<Endpoint, ErrorCode>,
) -> FindCoordinatorResponse {
    let answer = |key: String| {
        let found = match request.key_type {
            0 => find(CoordinatorKind::Group, &key),
            1 => find(CoordinatorKind::Transaction, &key),
            // Share groups (2) are not served.
            _ => Err(ErrorCode::InvalidRequest),
        };
        coordinator(key, found)
    };
    if version >= KEYS_SINCE {
        let coordinators = request.coordinator_keys.iter().cloned().map(answer).collect();
        return FindCoordinatorResponse { coordinators, ..FindCoordinatorResponse::default() };
    }
    let found = answer(request.key.clone());
    FindCoordinatorResponse {
        error_code: found.error_code,
        error_message: found.error_message,
        node_id: found.node_id,
        host: found.host,
        port: found.port,
        ..FindCoordinatorResponse::default()
    }
}

fn coordinator(key: String, found: Result<Endpoint, ErrorCode>) -> Coordinator {
    match found {
        Ok(Endpoint { node_id, host, port }) => {
            Coordinator { key, node_id, host, port, error_code: ErrorCode::None.code(), error_message: None }
        }
        Err(error) => Coordinator {
            key,
            node_id: -1,
            host: String::new(),
            port: -1,
            error_code: error.code(),
            error_message: Some(error.message().to_owned()),
        },
    }
}
