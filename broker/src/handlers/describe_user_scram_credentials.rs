//! DescribeUserScramCredentials: no user has credentials here, so each one asked for is not found (KIP-554).

use std::collections::HashSet;
use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::describe_user_scram_credentials::{
    DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse,
    DescribeUserScramCredentialsResult,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=0;

pub(super) async fn handle(
    _broker: &BrokerState,
    _context: &RequestContext,
    request: DescribeUserScramCredentialsRequest,
) -> DescribeUserScramCredentialsResponse {
    let names: Vec<String> = request.users.unwrap_or_default().into_iter().map(|user| user.name).collect();
    let (mut seen, mut twice) = (HashSet::new(), HashSet::new());
    for name in &names {
        if !seen.insert(name.as_str()) {
            twice.insert(name.as_str());
        }
    }
    let mut told = HashSet::new();
    let results = names
        .iter()
        .filter(|name| told.insert(name.as_str()))
        .map(|name| {
            let error = match twice.contains(name.as_str()) {
                true => ErrorCode::DuplicateResource,
                false => ErrorCode::ResourceNotFound,
            };
            DescribeUserScramCredentialsResult {
                user: name.clone(),
                error_code: error.code(),
                error_message: Some(error.message().to_owned()),
                ..DescribeUserScramCredentialsResult::default()
            }
        })
        .collect();
    DescribeUserScramCredentialsResponse { results, ..DescribeUserScramCredentialsResponse::default() }
}
