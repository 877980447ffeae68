//! ConsumerGroupDescribe (API key 69), versions 0 to 1, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/consumer_group_describe.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupDescribeRequest {
    /// `[]string`.
    pub group_ids: Vec<String>,
    /// `bool`.
    pub include_authorized_operations: bool,
}

impl Message for ConsumerGroupDescribeRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupDescribeRequest", version, &Self::VERSIONS)?;
        let group_ids = reader.read_array(true, 1, "ConsumerGroupDescribeRequest.group_ids", |reader| {
            reader.read_string(true, "ConsumerGroupDescribeRequest.group_ids")
        })?;
        let include_authorized_operations =
            reader.read_bool("ConsumerGroupDescribeRequest.include_authorized_operations")?;
        reader.skip_tagged_fields("ConsumerGroupDescribeRequest")?;
        Ok(Self { group_ids, include_authorized_operations })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupDescribeRequest", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.group_ids,
            "ConsumerGroupDescribeRequest.group_ids",
            |writer, element| writer.write_string(true, element, "ConsumerGroupDescribeRequest.group_ids"),
        )?;
        writer.write_bool(self.include_authorized_operations);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for ConsumerGroupDescribeRequest {
    const API_KEY: ApiKey = ApiKey::ConsumerGroupDescribe;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = ConsumerGroupDescribeResponse;
}

/// Response, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupDescribeResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribedGroup`.
    pub groups: Vec<DescribedGroup>,
}

impl Message for ConsumerGroupDescribeResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupDescribeResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("ConsumerGroupDescribeResponse.throttle_time_ms")?;
        let groups = reader.read_array(true, 20, "ConsumerGroupDescribeResponse.groups", |reader| {
            DescribedGroup::decode(reader, version)
        })?;
        reader.skip_tagged_fields("ConsumerGroupDescribeResponse")?;
        Ok(Self { throttle_time_ms, groups })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupDescribeResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            true,
            &self.groups,
            "ConsumerGroupDescribeResponse.groups",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupDescribeResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub group_state: String,
    /// `int32`.
    pub group_epoch: i32,
    /// `int32`.
    pub assignment_epoch: i32,
    /// `string`.
    pub assignor_name: String,
    /// `[]Member`.
    pub members: Vec<Member>,
    /// `int32`; default -2147483648.
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: String::new(),
            group_state: String::new(),
            group_epoch: 0,
            assignment_epoch: 0,
            assignor_name: String::new(),
            members: Vec::new(),
            authorized_operations: -2147483648,
        }
    }
}

impl DescribedGroup {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = reader.read_i16("DescribedGroup.error_code")?;
        let error_message = reader.read_nullable_string(true, "DescribedGroup.error_message")?;
        let group_id = reader.read_string(true, "DescribedGroup.group_id")?;
        let group_state = reader.read_string(true, "DescribedGroup.group_state")?;
        let group_epoch = reader.read_i32("DescribedGroup.group_epoch")?;
        let assignment_epoch = reader.read_i32("DescribedGroup.assignment_epoch")?;
        let assignor_name = reader.read_string(true, "DescribedGroup.assignor_name")?;
        let members = reader
            .read_array(true, 16, "DescribedGroup.members", |reader| Member::decode(reader, version))?;
        let authorized_operations = reader.read_i32("DescribedGroup.authorized_operations")?;
        reader.skip_tagged_fields("DescribedGroup")?;
        Ok(Self {
            error_code,
            error_message,
            group_id,
            group_state,
            group_epoch,
            assignment_epoch,
            assignor_name,
            members,
            authorized_operations,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_i16(self.error_code);
        writer.write_nullable_string(true, self.error_message.as_deref(), "DescribedGroup.error_message")?;
        writer.write_string(true, &self.group_id, "DescribedGroup.group_id")?;
        writer.write_string(true, &self.group_state, "DescribedGroup.group_state")?;
        writer.write_i32(self.group_epoch);
        writer.write_i32(self.assignment_epoch);
        writer.write_string(true, &self.assignor_name, "DescribedGroup.assignor_name")?;
        writer.write_array(true, &self.members, "DescribedGroup.members", |writer, element| {
            element.encode(writer, version)
        })?;
        writer.write_i32(self.authorized_operations);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupDescribeResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// `string`.
    pub member_id: String,
    /// `string`, or null; default null.
    pub instance_id: Option<String>,
    /// `string`, or null; default null.
    pub rack_id: Option<String>,
    /// `int32`.
    pub member_epoch: i32,
    /// `string`.
    pub client_id: String,
    /// `string`.
    pub client_host: String,
    /// `[]string`.
    pub subscribed_topic_names: Vec<String>,
    /// `string`, or null; default null.
    pub subscribed_topic_regex: Option<String>,
    /// `Assignment`.
    pub assignment: Assignment,
    /// `Assignment`.
    pub target_assignment: Assignment,
    /// `int8` in version 1; default -1; dropped elsewhere.
    pub member_type: i8,
}

impl Default for Member {
    fn default() -> Self {
        Self {
            member_id: String::new(),
            instance_id: None,
            rack_id: None,
            member_epoch: 0,
            client_id: String::new(),
            client_host: String::new(),
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: None,
            assignment: Assignment::default(),
            target_assignment: Assignment::default(),
            member_type: -1,
        }
    }
}

impl Member {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let member_id = reader.read_string(true, "Member.member_id")?;
        let instance_id = reader.read_nullable_string(true, "Member.instance_id")?;
        let rack_id = reader.read_nullable_string(true, "Member.rack_id")?;
        let member_epoch = reader.read_i32("Member.member_epoch")?;
        let client_id = reader.read_string(true, "Member.client_id")?;
        let client_host = reader.read_string(true, "Member.client_host")?;
        let subscribed_topic_names =
            reader.read_array(true, 1, "Member.subscribed_topic_names", |reader| {
                reader.read_string(true, "Member.subscribed_topic_names")
            })?;
        let subscribed_topic_regex = reader.read_nullable_string(true, "Member.subscribed_topic_regex")?;
        let assignment = Assignment::decode(reader)?;
        let target_assignment = Assignment::decode(reader)?;
        let member_type = if version == 1 { reader.read_i8("Member.member_type")? } else { -1 };
        reader.skip_tagged_fields("Member")?;
        Ok(Self {
            member_id,
            instance_id,
            rack_id,
            member_epoch,
            client_id,
            client_host,
            subscribed_topic_names,
            subscribed_topic_regex,
            assignment,
            target_assignment,
            member_type,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(true, &self.member_id, "Member.member_id")?;
        writer.write_nullable_string(true, self.instance_id.as_deref(), "Member.instance_id")?;
        writer.write_nullable_string(true, self.rack_id.as_deref(), "Member.rack_id")?;
        writer.write_i32(self.member_epoch);
        writer.write_string(true, &self.client_id, "Member.client_id")?;
        writer.write_string(true, &self.client_host, "Member.client_host")?;
        writer.write_array(
            true,
            &self.subscribed_topic_names,
            "Member.subscribed_topic_names",
            |writer, element| writer.write_string(true, element, "Member.subscribed_topic_names"),
        )?;
        writer.write_nullable_string(
            true,
            self.subscribed_topic_regex.as_deref(),
            "Member.subscribed_topic_regex",
        )?;
        self.assignment.encode(writer)?;
        self.target_assignment.encode(writer)?;
        if version == 1 {
            writer.write_i8(self.member_type);
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupDescribeResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    /// `[]TopicPartitions`.
    pub topic_partitions: Vec<TopicPartitions>,
}

impl Assignment {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_partitions =
            reader.read_array(true, 19, "Assignment.topic_partitions", TopicPartitions::decode)?;
        reader.skip_tagged_fields("Assignment")?;
        Ok(Self { topic_partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_array(
            true,
            &self.topic_partitions,
            "Assignment.topic_partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupDescribeResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("TopicPartitions.topic_id")?;
        let topic_name = reader.read_string(true, "TopicPartitions.topic_name")?;
        let partitions = reader.read_array(true, 4, "TopicPartitions.partitions", |reader| {
            reader.read_i32("TopicPartitions.partitions")
        })?;
        reader.skip_tagged_fields("TopicPartitions")?;
        Ok(Self { topic_id, topic_name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_string(true, &self.topic_name, "TopicPartitions.topic_name")?;
        writer.write_array(true, &self.partitions, "TopicPartitions.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
