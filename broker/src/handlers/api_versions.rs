//! ApiVersions: what this broker serves. The first request of every client.
//!
//! An unknown version is answered in version 0 with UNSUPPORTED_VERSION and the list (KIP-511), so that newer
//! clients find a version in common. A client name or version that breaks KIP-511's pattern is INVALID_REQUEST.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::api_versions::{ApiVersion, ApiVersionsRequest, ApiVersionsResponse};

use super::{Call, RequestError};
use crate::broker_state::BrokerState;
use crate::network::response_writer::EncodedResponse;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=4;

pub(super) fn answer(_broker: &BrokerState, call: Call) -> Result<EncodedResponse, RequestError> {
    if !VERSIONS.contains(&call.version) {
        return call.encode_as(&response(ErrorCode::UnsupportedVersion), 0, Vec::new());
    }
    let request: ApiVersionsRequest = call.decode()?;
    let named = call.version < 3
        || (is_software_name(&request.client_software_name)
            && is_software_name(&request.client_software_version));
    let error = if named { ErrorCode::None } else { ErrorCode::InvalidRequest };
    call.encode(&response(error), Vec::new())
}

fn response(error: ErrorCode) -> ApiVersionsResponse {
    let api_keys = match error {
        ErrorCode::InvalidRequest => Vec::new(),
        _ => super::served()
            .into_iter()
            .map(|(key, versions)| ApiVersion {
                api_key: key.code(),
                min_version: *versions.start(),
                max_version: *versions.end(),
            })
            .collect(),
    };
    // No finalized features: transactions of version 2 and the new group protocols are not claimed before they work.
    ApiVersionsResponse {
        error_code: error.code(),
        api_keys,
        finalized_features_epoch: 0,
        ..ApiVersionsResponse::default()
    }
}

/// KIP-511: letters and digits, with `.` and `-` inside.
fn is_software_name(name: &str) -> bool {
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    edge(name.bytes().next())
        && edge(name.bytes().last())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_names_follow_kip_511() {
        for good in ["librdkafka", "apache-kafka-java", "4.3.1", "a", "1.0-rc.2"] {
            assert!(is_software_name(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a b", "ä", "a\n", "."] {
            assert!(!is_software_name(bad), "{bad:?}");
        }
    }
}
