//! Opening a connection: TCP, then ApiVersions.
//!
//! KIP-511: ApiVersions is asked in our highest version. A broker that does not speak it answers with
//! UNSUPPORTED_VERSION in the layout of version 0 and names what it speaks; the question is repeated in that.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use tidemill_protocol::{ApiKey, Message};
use tokio::net::TcpStream;

use super::{BrokerAddress, CallError, Channel, SupportedVersions};
use crate::config::ConnectionConfig;

/// Connects to `address` and learns what the broker speaks.
pub(crate) async fn open(address: &BrokerAddress, config: &ConnectionConfig) -> Result<Channel, CallError> {
    let setup = config.connection_setup_timeout;
    match tokio::time::timeout(setup, connect_and_ask(address, config)).await {
        Ok(opened) => opened,
        Err(_) => Err(CallError::Connect {
            address: address.to_string(),
            reason: format!("no answer within {setup:?}"),
        }),
    }
}

async fn connect_and_ask(address: &BrokerAddress, config: &ConnectionConfig) -> Result<Channel, CallError> {
    let refused = |reason: String| CallError::Connect { address: address.to_string(), reason };
    let stream = TcpStream::connect((address.host.as_str(), address.port))
        .await
        .map_err(|error| refused(error.to_string()))?;
    stream.set_nodelay(true).map_err(|error| refused(error.to_string()))?;
    let max_response_bytes = config.max_response_bytes as usize;
    let mut channel =
        Channel::start(stream, address.to_string(), config.client_id.clone(), max_response_bytes);
    let versions = ask_versions(&channel).await?;
    channel.set_versions(versions);
    Ok(channel)
}

async fn ask_versions(channel: &Channel) -> Result<SupportedVersions, CallError> {
    let newest = *ApiVersionsRequest::VERSIONS.end();
    let mut answer = ask(channel, newest).await?;
    if ErrorCode::from_code(answer.error_code) == ErrorCode::UnsupportedVersion {
        answer = ask(channel, fallback_version(&answer)).await?;
    }
    match ErrorCode::from_code(answer.error_code) {
        ErrorCode::None => {
            let rows = answer.api_keys.iter().map(|row| (row.api_key, row.min_version, row.max_version));
            Ok(SupportedVersions::new(rows).with_transaction_version(transaction_version(&answer)))
        }
        error => Err(CallError::Connect {
            address: channel.address().to_owned(),
            reason: format!("ApiVersions was answered with {}", error.name()),
        }),
    }
}

async fn ask(channel: &Channel, version: i16) -> Result<ApiVersionsResponse, CallError> {
    let request = ApiVersionsRequest {
        client_software_name: "tidemill".to_owned(),
        client_software_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let pending = channel.send(&request, version).await?;
    let frame = channel.frame(pending).await?;
    // Correlation id, then the error code: the same place in every version.
    let code = frame.get(4..6).and_then(|code| code.try_into().ok()).map(i16::from_be_bytes);
    let refused = code.map(ErrorCode::from_code) == Some(ErrorCode::UnsupportedVersion);
    channel.decode::<ApiVersionsRequest>(frame, if refused { 0 } else { version })
}

fn transaction_version(answer: &ApiVersionsResponse) -> i16 {
    let feature = answer.finalized_features.iter().find(|feature| feature.name == "transaction.version");
    feature.map_or(0, |feature| feature.max_version_level)
}

/// Returns the version in which to repeat the question.
fn fallback_version(answer: &ApiVersionsResponse) -> i16 {
    let row = answer.api_keys.iter().find(|row| row.api_key == ApiKey::ApiVersions.code());
    let theirs = row.map_or(0, |row| row.max_version);
    theirs.clamp(*ApiVersionsRequest::VERSIONS.start(), *ApiVersionsRequest::VERSIONS.end())
}
