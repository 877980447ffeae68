//! DescribeUserScramCredentials (API key 50), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_user_scram_credentials.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeUserScramCredentialsRequest {
    /// `[]UserName`, or null.
    pub users: Option<Vec<UserName>>,
}

impl Default for DescribeUserScramCredentialsRequest {
    fn default() -> Self {
        Self { users: Some(Vec::new()) }
    }
}

impl Message for DescribeUserScramCredentialsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeUserScramCredentialsRequest", version, &Self::VERSIONS)?;
        let users = reader.read_nullable_array(
            true,
            2,
            "DescribeUserScramCredentialsRequest.users",
            UserName::decode,
        )?;
        reader.skip_tagged_fields("DescribeUserScramCredentialsRequest")?;
        Ok(Self { users })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeUserScramCredentialsRequest", version, &Self::VERSIONS)?;
        writer.write_nullable_array(
            true,
            self.users.as_deref(),
            "DescribeUserScramCredentialsRequest.users",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeUserScramCredentialsRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserName {
    /// `string`.
    pub name: String,
}

impl UserName {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "UserName.name")?;
        reader.skip_tagged_fields("UserName")?;
        Ok(Self { name })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "UserName.name")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for DescribeUserScramCredentialsRequest {
    const API_KEY: ApiKey = ApiKey::DescribeUserScramCredentials;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = DescribeUserScramCredentialsResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeUserScramCredentialsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `[]DescribeUserScramCredentialsResult`.
    pub results: Vec<DescribeUserScramCredentialsResult>,
}

impl Default for DescribeUserScramCredentialsResponse {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, error_message: Some(String::new()), results: Vec::new() }
    }
}

impl Message for DescribeUserScramCredentialsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeUserScramCredentialsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("DescribeUserScramCredentialsResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("DescribeUserScramCredentialsResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "DescribeUserScramCredentialsResponse.error_message")?;
        let results = reader.read_array(
            true,
            6,
            "DescribeUserScramCredentialsResponse.results",
            DescribeUserScramCredentialsResult::decode,
        )?;
        reader.skip_tagged_fields("DescribeUserScramCredentialsResponse")?;
        Ok(Self { throttle_time_ms, error_code, error_message, results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeUserScramCredentialsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "DescribeUserScramCredentialsResponse.error_message",
        )?;
        writer.write_array(
            true,
            &self.results,
            "DescribeUserScramCredentialsResponse.results",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeUserScramCredentialsResponse`], version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeUserScramCredentialsResult {
    /// `string`.
    pub user: String,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `[]CredentialInfo`.
    pub credential_infos: Vec<CredentialInfo>,
}

impl Default for DescribeUserScramCredentialsResult {
    fn default() -> Self {
        Self {
            user: String::new(),
            error_code: 0,
            error_message: Some(String::new()),
            credential_infos: Vec::new(),
        }
    }
}

impl DescribeUserScramCredentialsResult {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let user = reader.read_string(true, "DescribeUserScramCredentialsResult.user")?;
        let error_code = reader.read_i16("DescribeUserScramCredentialsResult.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "DescribeUserScramCredentialsResult.error_message")?;
        let credential_infos = reader.read_array(
            true,
            6,
            "DescribeUserScramCredentialsResult.credential_infos",
            CredentialInfo::decode,
        )?;
        reader.skip_tagged_fields("DescribeUserScramCredentialsResult")?;
        Ok(Self { user, error_code, error_message, credential_infos })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.user, "DescribeUserScramCredentialsResult.user")?;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "DescribeUserScramCredentialsResult.error_message",
        )?;
        writer.write_array(
            true,
            &self.credential_infos,
            "DescribeUserScramCredentialsResult.credential_infos",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeUserScramCredentialsResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CredentialInfo {
    /// `int8`.
    pub mechanism: i8,
    /// `int32`.
    pub iterations: i32,
}

impl CredentialInfo {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let mechanism = reader.read_i8("CredentialInfo.mechanism")?;
        let iterations = reader.read_i32("CredentialInfo.iterations")?;
        reader.skip_tagged_fields("CredentialInfo")?;
        Ok(Self { mechanism, iterations })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i8(self.mechanism);
        writer.write_i32(self.iterations);
        writer.write_no_tagged_fields();
        Ok(())
    }
}
