//! ApiVersions: what this broker serves. The first request of every client.
//!
//! An unknown version is answered in version 0 with UNSUPPORTED_VERSION and the list (KIP-511), so that newer
//! clients find a version in common. A client name or version that breaks KIP-511's pattern is INVALID_REQUEST.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};

use super::{Call, RequestError};
use crate::broker_state::BrokerState;
use crate::network::response_writer::EncodedResponse;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=4;
/// The transaction protocols that are served; the newest is in force (KIP-890).
const TRANSACTION_VERSION: (&str, RangeInclusive<i16>) = ("transaction.version", 0..=2);
/// First version whose clients decode features with levels from 0.
const FEATURES_FROM_ZERO_SINCE: i16 = 4;

pub(super) fn answer(_broker: &BrokerState, call: Call) -> Result<EncodedResponse, RequestError> {
    if !VERSIONS.contains(&call.version) {
        return call.encode_as(&response(ErrorCode::UnsupportedVersion, 0), 0, Vec::new());
    }
    let request: ApiVersionsRequest = call.decode()?;
    let named = call.version < 3
        || (is_software_name(&request.client_software_name)
            && is_software_name(&request.client_software_version));
    let error = if named { ErrorCode::None } else { ErrorCode::InvalidRequest };
    call.encode(&response(error, call.version), Vec::new())
}

fn response(error: ErrorCode, version: i16) -> ApiVersionsResponse {
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
    let features = error == ErrorCode::None;
    let (name, levels) = TRANSACTION_VERSION;
    // A client that knows no feature whose lowest level is 0 does not decode one (KIP-1022).
    let min_version = if version >= FEATURES_FROM_ZERO_SINCE { *levels.start() } else { 1 };
    let supported = SupportedFeatureKey { name: name.to_owned(), min_version, max_version: *levels.end() };
    let finalized = FinalizedFeatureKey {
        name: name.to_owned(),
        min_version_level: *levels.end(),
        max_version_level: *levels.end(),
    };
    ApiVersionsResponse {
        error_code: error.code(),
        api_keys,
        supported_features: features.then_some(supported).into_iter().collect(),
        finalized_features: features.then_some(finalized).into_iter().collect(),
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
