//! Values kept in bytes: GroupMetadataKey, GroupMetadataValue.
//!
//! Written by `tidemill-protocol-generator` from `schemas/group_metadata_record.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{DecodeError, EncodeError, Message, Reader, Writer};

/// GroupMetadataKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupMetadataKey {
    /// `string`.
    pub group: String,
}

impl Message for GroupMetadataKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("GroupMetadataKey", version, &Self::VERSIONS)?;
        let group = reader.read_string(false, "GroupMetadataKey.group")?;
        Ok(Self { group })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("GroupMetadataKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group, "GroupMetadataKey.group")?;
        Ok(())
    }
}

impl GroupMetadataKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 2;
}

/// GroupMetadataValue, versions 0 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMetadataValue {
    /// `string`.
    pub protocol_type: String,
    /// `int32`.
    pub generation: i32,
    /// `string`, or null.
    pub protocol: Option<String>,
    /// `string`, or null.
    pub leader: Option<String>,
    /// `int64` in versions 2 to 4; default -1; dropped elsewhere.
    pub current_state_timestamp: i64,
    /// `[]MemberMetadata`.
    pub members: Vec<MemberMetadata>,
}

impl Default for GroupMetadataValue {
    fn default() -> Self {
        Self {
            protocol_type: String::new(),
            generation: 0,
            protocol: Some(String::new()),
            leader: Some(String::new()),
            current_state_timestamp: -1,
            members: Vec::new(),
        }
    }
}

impl Message for GroupMetadataValue {
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("GroupMetadataValue", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let protocol_type = reader.read_string(flexible, "GroupMetadataValue.protocol_type")?;
        let generation = reader.read_i32("GroupMetadataValue.generation")?;
        let protocol = reader.read_nullable_string(flexible, "GroupMetadataValue.protocol")?;
        let leader = reader.read_nullable_string(flexible, "GroupMetadataValue.leader")?;
        let current_state_timestamp =
            if version >= 2 { reader.read_i64("GroupMetadataValue.current_state_timestamp")? } else { -1 };
        let members = reader.read_array(flexible, 15, "GroupMetadataValue.members", |reader| {
            MemberMetadata::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("GroupMetadataValue")?;
        }
        Ok(Self { protocol_type, generation, protocol, leader, current_state_timestamp, members })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("GroupMetadataValue", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        writer.write_string(flexible, &self.protocol_type, "GroupMetadataValue.protocol_type")?;
        writer.write_i32(self.generation);
        writer.write_nullable_string(flexible, self.protocol.as_deref(), "GroupMetadataValue.protocol")?;
        writer.write_nullable_string(flexible, self.leader.as_deref(), "GroupMetadataValue.leader")?;
        if version >= 2 {
            writer.write_i64(self.current_state_timestamp);
        }
        writer.write_array(flexible, &self.members, "GroupMetadataValue.members", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`GroupMetadataValue`], versions 0 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberMetadata {
    /// `string`.
    pub member_id: String,
    /// `string` in versions 3 to 4, or null; default null; dropped elsewhere.
    pub group_instance_id: Option<String>,
    /// `string`.
    pub client_id: String,
    /// `string`.
    pub client_host: String,
    /// `int32` in versions 1 to 4; default -1; dropped elsewhere.
    pub rebalance_timeout: i32,
    /// `int32`.
    pub session_timeout: i32,
    /// `bytes`.
    pub subscription: Bytes,
    /// `bytes`.
    pub assignment: Bytes,
}

impl Default for MemberMetadata {
    fn default() -> Self {
        Self {
            member_id: String::new(),
            group_instance_id: None,
            client_id: String::new(),
            client_host: String::new(),
            rebalance_timeout: -1,
            session_timeout: 0,
            subscription: Bytes::new(),
            assignment: Bytes::new(),
        }
    }
}

impl MemberMetadata {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let member_id = reader.read_string(flexible, "MemberMetadata.member_id")?;
        let group_instance_id = if version >= 3 {
            reader.read_nullable_string(flexible, "MemberMetadata.group_instance_id")?
        } else {
            None
        };
        let client_id = reader.read_string(flexible, "MemberMetadata.client_id")?;
        let client_host = reader.read_string(flexible, "MemberMetadata.client_host")?;
        let rebalance_timeout =
            if version >= 1 { reader.read_i32("MemberMetadata.rebalance_timeout")? } else { -1 };
        let session_timeout = reader.read_i32("MemberMetadata.session_timeout")?;
        let subscription = reader.read_bytes(flexible, "MemberMetadata.subscription")?;
        let assignment = reader.read_bytes(flexible, "MemberMetadata.assignment")?;
        if flexible {
            reader.skip_tagged_fields("MemberMetadata")?;
        }
        Ok(Self {
            member_id,
            group_instance_id,
            client_id,
            client_host,
            rebalance_timeout,
            session_timeout,
            subscription,
            assignment,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_string(flexible, &self.member_id, "MemberMetadata.member_id")?;
        if version >= 3 {
            writer.write_nullable_string(
                flexible,
                self.group_instance_id.as_deref(),
                "MemberMetadata.group_instance_id",
            )?;
        }
        writer.write_string(flexible, &self.client_id, "MemberMetadata.client_id")?;
        writer.write_string(flexible, &self.client_host, "MemberMetadata.client_host")?;
        if version >= 1 {
            writer.write_i32(self.rebalance_timeout);
        }
        writer.write_i32(self.session_timeout);
        writer.write_bytes(flexible, &self.subscription, "MemberMetadata.subscription")?;
        writer.write_bytes(flexible, &self.assignment, "MemberMetadata.assignment")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
