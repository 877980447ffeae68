//! StreamsGroupDescribe (API key 89), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/streams_group_describe.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupDescribeRequest {
    /// `[]string`.
    pub group_ids: Vec<String>,
    /// `bool`.
    pub include_authorized_operations: bool,
}

impl Message for StreamsGroupDescribeRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("StreamsGroupDescribeRequest", version, &Self::VERSIONS)?;
        let group_ids = reader.read_array(true, 1, "StreamsGroupDescribeRequest.group_ids", |reader| {
            reader.read_string(true, "StreamsGroupDescribeRequest.group_ids")
        })?;
        let include_authorized_operations =
            reader.read_bool("StreamsGroupDescribeRequest.include_authorized_operations")?;
        reader.skip_tagged_fields("StreamsGroupDescribeRequest")?;
        Ok(Self { group_ids, include_authorized_operations })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("StreamsGroupDescribeRequest", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.group_ids,
            "StreamsGroupDescribeRequest.group_ids",
            |writer, element| writer.write_string(true, element, "StreamsGroupDescribeRequest.group_ids"),
        )?;
        writer.write_bool(self.include_authorized_operations);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for StreamsGroupDescribeRequest {
    const API_KEY: ApiKey = ApiKey::StreamsGroupDescribe;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = StreamsGroupDescribeResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupDescribeResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribedGroup`.
    pub groups: Vec<DescribedGroup>,
}

impl Message for StreamsGroupDescribeResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("StreamsGroupDescribeResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("StreamsGroupDescribeResponse.throttle_time_ms")?;
        let groups =
            reader.read_array(true, 20, "StreamsGroupDescribeResponse.groups", DescribedGroup::decode)?;
        reader.skip_tagged_fields("StreamsGroupDescribeResponse")?;
        Ok(Self { throttle_time_ms, groups })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("StreamsGroupDescribeResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            true,
            &self.groups,
            "StreamsGroupDescribeResponse.groups",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
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
    /// `Topology`, or null; default null.
    pub topology: Option<Topology>,
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
            topology: None,
            members: Vec::new(),
            authorized_operations: -2147483648,
        }
    }
}

impl DescribedGroup {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let error_code = reader.read_i16("DescribedGroup.error_code")?;
        let error_message = reader.read_nullable_string(true, "DescribedGroup.error_message")?;
        let group_id = reader.read_string(true, "DescribedGroup.group_id")?;
        let group_state = reader.read_string(true, "DescribedGroup.group_state")?;
        let group_epoch = reader.read_i32("DescribedGroup.group_epoch")?;
        let assignment_epoch = reader.read_i32("DescribedGroup.assignment_epoch")?;
        let topology = if reader.read_presence("DescribedGroup.topology")? {
            Some(Topology::decode(reader)?)
        } else {
            None
        };
        let members = reader.read_array(true, 28, "DescribedGroup.members", Member::decode)?;
        let authorized_operations = reader.read_i32("DescribedGroup.authorized_operations")?;
        reader.skip_tagged_fields("DescribedGroup")?;
        Ok(Self {
            error_code,
            error_message,
            group_id,
            group_state,
            group_epoch,
            assignment_epoch,
            topology,
            members,
            authorized_operations,
        })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i16(self.error_code);
        writer.write_nullable_string(true, self.error_message.as_deref(), "DescribedGroup.error_message")?;
        writer.write_string(true, &self.group_id, "DescribedGroup.group_id")?;
        writer.write_string(true, &self.group_state, "DescribedGroup.group_state")?;
        writer.write_i32(self.group_epoch);
        writer.write_i32(self.assignment_epoch);
        writer.write_presence(self.topology.is_some());
        if let Some(topology) = &self.topology {
            topology.encode(writer)?;
        }
        writer.write_array(true, &self.members, "DescribedGroup.members", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_i32(self.authorized_operations);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topology {
    /// `int32`.
    pub epoch: i32,
    /// `[]Subtopology`, or null; default null.
    pub subtopologies: Option<Vec<Subtopology>>,
}

impl Topology {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let epoch = reader.read_i32("Topology.epoch")?;
        let subtopologies =
            reader.read_nullable_array(true, 6, "Topology.subtopologies", Subtopology::decode)?;
        reader.skip_tagged_fields("Topology")?;
        Ok(Self { epoch, subtopologies })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.epoch);
        writer.write_nullable_array(
            true,
            self.subtopologies.as_deref(),
            "Topology.subtopologies",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    /// `string`.
    pub subtopology_id: String,
    /// `[]string`.
    pub source_topics: Vec<String>,
    /// `[]string`.
    pub repartition_sink_topics: Vec<String>,
    /// `[]TopicInfo`.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// `[]TopicInfo`.
    pub repartition_source_topics: Vec<TopicInfo>,
}

impl Subtopology {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let subtopology_id = reader.read_string(true, "Subtopology.subtopology_id")?;
        let source_topics = reader.read_array(true, 1, "Subtopology.source_topics", |reader| {
            reader.read_string(true, "Subtopology.source_topics")
        })?;
        let repartition_sink_topics =
            reader.read_array(true, 1, "Subtopology.repartition_sink_topics", |reader| {
                reader.read_string(true, "Subtopology.repartition_sink_topics")
            })?;
        let state_changelog_topics =
            reader.read_array(true, 9, "Subtopology.state_changelog_topics", TopicInfo::decode)?;
        let repartition_source_topics =
            reader.read_array(true, 9, "Subtopology.repartition_source_topics", TopicInfo::decode)?;
        reader.skip_tagged_fields("Subtopology")?;
        Ok(Self {
            subtopology_id,
            source_topics,
            repartition_sink_topics,
            state_changelog_topics,
            repartition_source_topics,
        })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.subtopology_id, "Subtopology.subtopology_id")?;
        writer.write_array(true, &self.source_topics, "Subtopology.source_topics", |writer, element| {
            writer.write_string(true, element, "Subtopology.source_topics")
        })?;
        writer.write_array(
            true,
            &self.repartition_sink_topics,
            "Subtopology.repartition_sink_topics",
            |writer, element| writer.write_string(true, element, "Subtopology.repartition_sink_topics"),
        )?;
        writer.write_array(
            true,
            &self.state_changelog_topics,
            "Subtopology.state_changelog_topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_array(
            true,
            &self.repartition_source_topics,
            "Subtopology.repartition_source_topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    /// `string`.
    pub name: String,
    /// `int32`.
    pub partitions: i32,
    /// `int16`.
    pub replication_factor: i16,
    /// `[]KeyValue`.
    pub topic_configs: Vec<KeyValue>,
}

impl TopicInfo {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "TopicInfo.name")?;
        let partitions = reader.read_i32("TopicInfo.partitions")?;
        let replication_factor = reader.read_i16("TopicInfo.replication_factor")?;
        let topic_configs = reader.read_array(true, 3, "TopicInfo.topic_configs", KeyValue::decode)?;
        reader.skip_tagged_fields("TopicInfo")?;
        Ok(Self { name, partitions, replication_factor, topic_configs })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "TopicInfo.name")?;
        writer.write_i32(self.partitions);
        writer.write_i16(self.replication_factor);
        writer.write_array(true, &self.topic_configs, "TopicInfo.topic_configs", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Member {
    /// `string`.
    pub member_id: String,
    /// `int32`.
    pub member_epoch: i32,
    /// `string`, or null; default null.
    pub instance_id: Option<String>,
    /// `string`, or null; default null.
    pub rack_id: Option<String>,
    /// `string`.
    pub client_id: String,
    /// `string`.
    pub client_host: String,
    /// `int32`.
    pub topology_epoch: i32,
    /// `string`.
    pub process_id: String,
    /// `Endpoint`, or null; default null.
    pub user_endpoint: Option<Endpoint>,
    /// `[]KeyValue`.
    pub client_tags: Vec<KeyValue>,
    /// `[]TaskOffset`.
    pub task_offsets: Vec<TaskOffset>,
    /// `[]TaskOffset`.
    pub task_end_offsets: Vec<TaskOffset>,
    /// `Assignment`.
    pub assignment: Assignment,
    /// `Assignment`.
    pub target_assignment: Assignment,
    /// `bool`.
    pub is_classic: bool,
}

impl Member {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let member_id = reader.read_string(true, "Member.member_id")?;
        let member_epoch = reader.read_i32("Member.member_epoch")?;
        let instance_id = reader.read_nullable_string(true, "Member.instance_id")?;
        let rack_id = reader.read_nullable_string(true, "Member.rack_id")?;
        let client_id = reader.read_string(true, "Member.client_id")?;
        let client_host = reader.read_string(true, "Member.client_host")?;
        let topology_epoch = reader.read_i32("Member.topology_epoch")?;
        let process_id = reader.read_string(true, "Member.process_id")?;
        let user_endpoint = if reader.read_presence("Member.user_endpoint")? {
            Some(Endpoint::decode(reader)?)
        } else {
            None
        };
        let client_tags = reader.read_array(true, 3, "Member.client_tags", KeyValue::decode)?;
        let task_offsets = reader.read_array(true, 14, "Member.task_offsets", TaskOffset::decode)?;
        let task_end_offsets = reader.read_array(true, 14, "Member.task_end_offsets", TaskOffset::decode)?;
        let assignment = Assignment::decode(reader)?;
        let target_assignment = Assignment::decode(reader)?;
        let is_classic = reader.read_bool("Member.is_classic")?;
        reader.skip_tagged_fields("Member")?;
        Ok(Self {
            member_id,
            member_epoch,
            instance_id,
            rack_id,
            client_id,
            client_host,
            topology_epoch,
            process_id,
            user_endpoint,
            client_tags,
            task_offsets,
            task_end_offsets,
            assignment,
            target_assignment,
            is_classic,
        })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.member_id, "Member.member_id")?;
        writer.write_i32(self.member_epoch);
        writer.write_nullable_string(true, self.instance_id.as_deref(), "Member.instance_id")?;
        writer.write_nullable_string(true, self.rack_id.as_deref(), "Member.rack_id")?;
        writer.write_string(true, &self.client_id, "Member.client_id")?;
        writer.write_string(true, &self.client_host, "Member.client_host")?;
        writer.write_i32(self.topology_epoch);
        writer.write_string(true, &self.process_id, "Member.process_id")?;
        writer.write_presence(self.user_endpoint.is_some());
        if let Some(user_endpoint) = &self.user_endpoint {
            user_endpoint.encode(writer)?;
        }
        writer.write_array(true, &self.client_tags, "Member.client_tags", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_array(true, &self.task_offsets, "Member.task_offsets", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_array(true, &self.task_end_offsets, "Member.task_end_offsets", |writer, element| {
            element.encode(writer)
        })?;
        self.assignment.encode(writer)?;
        self.target_assignment.encode(writer)?;
        writer.write_bool(self.is_classic);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    /// `string`.
    pub host: String,
    /// `uint16`.
    pub port: u16,
}

impl Endpoint {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let host = reader.read_string(true, "Endpoint.host")?;
        let port = reader.read_u16("Endpoint.port")?;
        reader.skip_tagged_fields("Endpoint")?;
        Ok(Self { host, port })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.host, "Endpoint.host")?;
        writer.write_u16(self.port);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyValue {
    /// `string`.
    pub key: String,
    /// `string`.
    pub value: String,
}

impl KeyValue {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let key = reader.read_string(true, "KeyValue.key")?;
        let value = reader.read_string(true, "KeyValue.value")?;
        reader.skip_tagged_fields("KeyValue")?;
        Ok(Self { key, value })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.key, "KeyValue.key")?;
        writer.write_string(true, &self.value, "KeyValue.value")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskOffset {
    /// `string`.
    pub subtopology_id: String,
    /// `int32`.
    pub partition: i32,
    /// `int64`.
    pub offset: i64,
}

impl TaskOffset {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let subtopology_id = reader.read_string(true, "TaskOffset.subtopology_id")?;
        let partition = reader.read_i32("TaskOffset.partition")?;
        let offset = reader.read_i64("TaskOffset.offset")?;
        reader.skip_tagged_fields("TaskOffset")?;
        Ok(Self { subtopology_id, partition, offset })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.subtopology_id, "TaskOffset.subtopology_id")?;
        writer.write_i32(self.partition);
        writer.write_i64(self.offset);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    /// `[]TaskIds`.
    pub active_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub standby_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub warmup_tasks: Vec<TaskIds>,
}

impl Assignment {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let active_tasks = reader.read_array(true, 3, "Assignment.active_tasks", TaskIds::decode)?;
        let standby_tasks = reader.read_array(true, 3, "Assignment.standby_tasks", TaskIds::decode)?;
        let warmup_tasks = reader.read_array(true, 3, "Assignment.warmup_tasks", TaskIds::decode)?;
        reader.skip_tagged_fields("Assignment")?;
        Ok(Self { active_tasks, standby_tasks, warmup_tasks })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_array(true, &self.active_tasks, "Assignment.active_tasks", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_array(true, &self.standby_tasks, "Assignment.standby_tasks", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_array(true, &self.warmup_tasks, "Assignment.warmup_tasks", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupDescribeResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskIds {
    /// `string`.
    pub subtopology_id: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl TaskIds {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let subtopology_id = reader.read_string(true, "TaskIds.subtopology_id")?;
        let partitions = reader
            .read_array(true, 4, "TaskIds.partitions", |reader| reader.read_i32("TaskIds.partitions"))?;
        reader.skip_tagged_fields("TaskIds")?;
        Ok(Self { subtopology_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.subtopology_id, "TaskIds.subtopology_id")?;
        writer.write_array(true, &self.partitions, "TaskIds.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
