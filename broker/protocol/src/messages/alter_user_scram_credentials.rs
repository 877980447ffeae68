//! AlterUserScramCredentials (API key 51), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/alter_user_scram_credentials.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterUserScramCredentialsRequest {
    /// `[]ScramCredentialDeletion`.
    pub deletions: Vec<ScramCredentialDeletion>,
    /// `[]ScramCredentialUpsertion`.
    pub upsertions: Vec<ScramCredentialUpsertion>,
}

impl Message for AlterUserScramCredentialsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterUserScramCredentialsRequest", version, &Self::VERSIONS)?;
        let deletions = reader.read_array(
            true,
            3,
            "AlterUserScramCredentialsRequest.deletions",
            ScramCredentialDeletion::decode,
        )?;
        let upsertions = reader.read_array(
            true,
            9,
            "AlterUserScramCredentialsRequest.upsertions",
            ScramCredentialUpsertion::decode,
        )?;
        reader.skip_tagged_fields("AlterUserScramCredentialsRequest")?;
        Ok(Self { deletions, upsertions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterUserScramCredentialsRequest", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.deletions,
            "AlterUserScramCredentialsRequest.deletions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_array(
            true,
            &self.upsertions,
            "AlterUserScramCredentialsRequest.upsertions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterUserScramCredentialsRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialDeletion {
    /// `string`.
    pub name: String,
    /// `int8`.
    pub mechanism: i8,
}

impl ScramCredentialDeletion {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "ScramCredentialDeletion.name")?;
        let mechanism = reader.read_i8("ScramCredentialDeletion.mechanism")?;
        reader.skip_tagged_fields("ScramCredentialDeletion")?;
        Ok(Self { name, mechanism })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "ScramCredentialDeletion.name")?;
        writer.write_i8(self.mechanism);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterUserScramCredentialsRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialUpsertion {
    /// `string`.
    pub name: String,
    /// `int8`.
    pub mechanism: i8,
    /// `int32`.
    pub iterations: i32,
    /// `bytes`.
    pub salt: Bytes,
    /// `bytes`.
    pub salted_password: Bytes,
}

impl ScramCredentialUpsertion {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "ScramCredentialUpsertion.name")?;
        let mechanism = reader.read_i8("ScramCredentialUpsertion.mechanism")?;
        let iterations = reader.read_i32("ScramCredentialUpsertion.iterations")?;
        let salt = reader.read_bytes(true, "ScramCredentialUpsertion.salt")?;
        let salted_password = reader.read_bytes(true, "ScramCredentialUpsertion.salted_password")?;
        reader.skip_tagged_fields("ScramCredentialUpsertion")?;
        Ok(Self { name, mechanism, iterations, salt, salted_password })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "ScramCredentialUpsertion.name")?;
        writer.write_i8(self.mechanism);
        writer.write_i32(self.iterations);
        writer.write_bytes(true, &self.salt, "ScramCredentialUpsertion.salt")?;
        writer.write_bytes(true, &self.salted_password, "ScramCredentialUpsertion.salted_password")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for AlterUserScramCredentialsRequest {
    const API_KEY: ApiKey = ApiKey::AlterUserScramCredentials;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = AlterUserScramCredentialsResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterUserScramCredentialsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]AlterUserScramCredentialsResult`.
    pub results: Vec<AlterUserScramCredentialsResult>,
}

impl Message for AlterUserScramCredentialsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterUserScramCredentialsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("AlterUserScramCredentialsResponse.throttle_time_ms")?;
        let results = reader.read_array(
            true,
            5,
            "AlterUserScramCredentialsResponse.results",
            AlterUserScramCredentialsResult::decode,
        )?;
        reader.skip_tagged_fields("AlterUserScramCredentialsResponse")?;
        Ok(Self { throttle_time_ms, results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterUserScramCredentialsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            true,
            &self.results,
            "AlterUserScramCredentialsResponse.results",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterUserScramCredentialsResponse`], version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterUserScramCredentialsResult {
    /// `string`.
    pub user: String,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
}

impl Default for AlterUserScramCredentialsResult {
    fn default() -> Self {
        Self { user: String::new(), error_code: 0, error_message: Some(String::new()) }
    }
}

impl AlterUserScramCredentialsResult {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let user = reader.read_string(true, "AlterUserScramCredentialsResult.user")?;
        let error_code = reader.read_i16("AlterUserScramCredentialsResult.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "AlterUserScramCredentialsResult.error_message")?;
        reader.skip_tagged_fields("AlterUserScramCredentialsResult")?;
        Ok(Self { user, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.user, "AlterUserScramCredentialsResult.user")?;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "AlterUserScramCredentialsResult.error_message",
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
