//! StreamsGroupHeartbeat (API key 88), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/streams_group_heartbeat.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatRequest {
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub member_id: String,
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub endpoint_information_epoch: i32,
    /// `string`, or null; default null.
    pub instance_id: Option<String>,
    /// `string`, or null; default null.
    pub rack_id: Option<String>,
    /// `int32`; default -1.
    pub rebalance_timeout_ms: i32,
    /// `Topology`, or null; default null.
    pub topology: Option<Topology>,
    /// `[]StreamsGroupHeartbeatRequestTaskIds`, or null; default null.
    pub active_tasks: Option<Vec<StreamsGroupHeartbeatRequestTaskIds>>,
    /// `[]StreamsGroupHeartbeatRequestTaskIds`, or null; default null.
    pub standby_tasks: Option<Vec<StreamsGroupHeartbeatRequestTaskIds>>,
    /// `[]StreamsGroupHeartbeatRequestTaskIds`, or null; default null.
    pub warmup_tasks: Option<Vec<StreamsGroupHeartbeatRequestTaskIds>>,
    /// `string`, or null; default null.
    pub process_id: Option<String>,
    /// `StreamsGroupHeartbeatRequestEndpoint`, or null; default null.
    pub user_endpoint: Option<StreamsGroupHeartbeatRequestEndpoint>,
    /// `[]KeyValue`, or null; default null.
    pub client_tags: Option<Vec<KeyValue>>,
    /// `[]TaskOffset`, or null; default null.
    pub task_offsets: Option<Vec<TaskOffset>>,
    /// `[]TaskOffset`, or null; default null.
    pub task_end_offsets: Option<Vec<TaskOffset>>,
    /// `bool`.
    pub shutdown_application: bool,
}

impl Default for StreamsGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: String::new(),
            member_id: String::new(),
            member_epoch: 0,
            endpoint_information_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            topology: None,
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            process_id: None,
            user_endpoint: None,
            client_tags: None,
            task_offsets: None,
            task_end_offsets: None,
            shutdown_application: false,
        }
    }
}

impl Message for StreamsGroupHeartbeatRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("StreamsGroupHeartbeatRequest", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(true, "StreamsGroupHeartbeatRequest.group_id")?;
        let member_id = reader.read_string(true, "StreamsGroupHeartbeatRequest.member_id")?;
        let member_epoch = reader.read_i32("StreamsGroupHeartbeatRequest.member_epoch")?;
        let endpoint_information_epoch =
            reader.read_i32("StreamsGroupHeartbeatRequest.endpoint_information_epoch")?;
        let instance_id = reader.read_nullable_string(true, "StreamsGroupHeartbeatRequest.instance_id")?;
        let rack_id = reader.read_nullable_string(true, "StreamsGroupHeartbeatRequest.rack_id")?;
        let rebalance_timeout_ms = reader.read_i32("StreamsGroupHeartbeatRequest.rebalance_timeout_ms")?;
        let topology = if reader.read_presence("StreamsGroupHeartbeatRequest.topology")? {
            Some(Topology::decode(reader)?)
        } else {
            None
        };
        let active_tasks = reader.read_nullable_array(
            true,
            3,
            "StreamsGroupHeartbeatRequest.active_tasks",
            StreamsGroupHeartbeatRequestTaskIds::decode,
        )?;
        let standby_tasks = reader.read_nullable_array(
            true,
            3,
            "StreamsGroupHeartbeatRequest.standby_tasks",
            StreamsGroupHeartbeatRequestTaskIds::decode,
        )?;
        let warmup_tasks = reader.read_nullable_array(
            true,
            3,
            "StreamsGroupHeartbeatRequest.warmup_tasks",
            StreamsGroupHeartbeatRequestTaskIds::decode,
        )?;
        let process_id = reader.read_nullable_string(true, "StreamsGroupHeartbeatRequest.process_id")?;
        let user_endpoint = if reader.read_presence("StreamsGroupHeartbeatRequest.user_endpoint")? {
            Some(StreamsGroupHeartbeatRequestEndpoint::decode(reader)?)
        } else {
            None
        };
        let client_tags = reader.read_nullable_array(
            true,
            3,
            "StreamsGroupHeartbeatRequest.client_tags",
            KeyValue::decode,
        )?;
        let task_offsets = reader.read_nullable_array(
            true,
            14,
            "StreamsGroupHeartbeatRequest.task_offsets",
            TaskOffset::decode,
        )?;
        let task_end_offsets = reader.read_nullable_array(
            true,
            14,
            "StreamsGroupHeartbeatRequest.task_end_offsets",
            TaskOffset::decode,
        )?;
        let shutdown_application = reader.read_bool("StreamsGroupHeartbeatRequest.shutdown_application")?;
        reader.skip_tagged_fields("StreamsGroupHeartbeatRequest")?;
        Ok(Self {
            group_id,
            member_id,
            member_epoch,
            endpoint_information_epoch,
            instance_id,
            rack_id,
            rebalance_timeout_ms,
            topology,
            active_tasks,
            standby_tasks,
            warmup_tasks,
            process_id,
            user_endpoint,
            client_tags,
            task_offsets,
            task_end_offsets,
            shutdown_application,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("StreamsGroupHeartbeatRequest", version, &Self::VERSIONS)?;
        writer.write_string(true, &self.group_id, "StreamsGroupHeartbeatRequest.group_id")?;
        writer.write_string(true, &self.member_id, "StreamsGroupHeartbeatRequest.member_id")?;
        writer.write_i32(self.member_epoch);
        writer.write_i32(self.endpoint_information_epoch);
        writer.write_nullable_string(
            true,
            self.instance_id.as_deref(),
            "StreamsGroupHeartbeatRequest.instance_id",
        )?;
        writer.write_nullable_string(
            true,
            self.rack_id.as_deref(),
            "StreamsGroupHeartbeatRequest.rack_id",
        )?;
        writer.write_i32(self.rebalance_timeout_ms);
        writer.write_presence(self.topology.is_some());
        if let Some(topology) = &self.topology {
            topology.encode(writer)?;
        }
        writer.write_nullable_array(
            true,
            self.active_tasks.as_deref(),
            "StreamsGroupHeartbeatRequest.active_tasks",
            |writer, element| element.encode(writer),
        )?;
        writer.write_nullable_array(
            true,
            self.standby_tasks.as_deref(),
            "StreamsGroupHeartbeatRequest.standby_tasks",
            |writer, element| element.encode(writer),
        )?;
        writer.write_nullable_array(
            true,
            self.warmup_tasks.as_deref(),
            "StreamsGroupHeartbeatRequest.warmup_tasks",
            |writer, element| element.encode(writer),
        )?;
        writer.write_nullable_string(
            true,
            self.process_id.as_deref(),
            "StreamsGroupHeartbeatRequest.process_id",
        )?;
        writer.write_presence(self.user_endpoint.is_some());
        if let Some(user_endpoint) = &self.user_endpoint {
            user_endpoint.encode(writer)?;
        }
        writer.write_nullable_array(
            true,
            self.client_tags.as_deref(),
            "StreamsGroupHeartbeatRequest.client_tags",
            |writer, element| element.encode(writer),
        )?;
        writer.write_nullable_array(
            true,
            self.task_offsets.as_deref(),
            "StreamsGroupHeartbeatRequest.task_offsets",
            |writer, element| element.encode(writer),
        )?;
        writer.write_nullable_array(
            true,
            self.task_end_offsets.as_deref(),
            "StreamsGroupHeartbeatRequest.task_end_offsets",
            |writer, element| element.encode(writer),
        )?;
        writer.write_bool(self.shutdown_application);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topology {
    /// `int32`.
    pub epoch: i32,
    /// `[]Subtopology`.
    pub subtopologies: Vec<Subtopology>,
}

impl Topology {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let epoch = reader.read_i32("Topology.epoch")?;
        let subtopologies = reader.read_array(true, 8, "Topology.subtopologies", Subtopology::decode)?;
        reader.skip_tagged_fields("Topology")?;
        Ok(Self { epoch, subtopologies })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.epoch);
        writer.write_array(true, &self.subtopologies, "Topology.subtopologies", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    /// `string`.
    pub subtopology_id: String,
    /// `[]string`.
    pub source_topics: Vec<String>,
    /// `[]string`.
    pub source_topic_regex: Vec<String>,
    /// `[]TopicInfo`.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// `[]string`.
    pub repartition_sink_topics: Vec<String>,
    /// `[]TopicInfo`.
    pub repartition_source_topics: Vec<TopicInfo>,
    /// `[]CopartitionGroup`.
    pub copartition_groups: Vec<CopartitionGroup>,
}

impl Subtopology {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let subtopology_id = reader.read_string(true, "Subtopology.subtopology_id")?;
        let source_topics = reader.read_array(true, 1, "Subtopology.source_topics", |reader| {
            reader.read_string(true, "Subtopology.source_topics")
        })?;
        let source_topic_regex = reader.read_array(true, 1, "Subtopology.source_topic_regex", |reader| {
            reader.read_string(true, "Subtopology.source_topic_regex")
        })?;
        let state_changelog_topics =
            reader.read_array(true, 9, "Subtopology.state_changelog_topics", TopicInfo::decode)?;
        let repartition_sink_topics =
            reader.read_array(true, 1, "Subtopology.repartition_sink_topics", |reader| {
                reader.read_string(true, "Subtopology.repartition_sink_topics")
            })?;
        let repartition_source_topics =
            reader.read_array(true, 9, "Subtopology.repartition_source_topics", TopicInfo::decode)?;
        let copartition_groups =
            reader.read_array(true, 4, "Subtopology.copartition_groups", CopartitionGroup::decode)?;
        reader.skip_tagged_fields("Subtopology")?;
        Ok(Self {
            subtopology_id,
            source_topics,
            source_topic_regex,
            state_changelog_topics,
            repartition_sink_topics,
            repartition_source_topics,
            copartition_groups,
        })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.subtopology_id, "Subtopology.subtopology_id")?;
        writer.write_array(true, &self.source_topics, "Subtopology.source_topics", |writer, element| {
            writer.write_string(true, element, "Subtopology.source_topics")
        })?;
        writer.write_array(
            true,
            &self.source_topic_regex,
            "Subtopology.source_topic_regex",
            |writer, element| writer.write_string(true, element, "Subtopology.source_topic_regex"),
        )?;
        writer.write_array(
            true,
            &self.state_changelog_topics,
            "Subtopology.state_changelog_topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_array(
            true,
            &self.repartition_sink_topics,
            "Subtopology.repartition_sink_topics",
            |writer, element| writer.write_string(true, element, "Subtopology.repartition_sink_topics"),
        )?;
        writer.write_array(
            true,
            &self.repartition_source_topics,
            "Subtopology.repartition_source_topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_array(
            true,
            &self.copartition_groups,
            "Subtopology.copartition_groups",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatRequest`], version 0.
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

/// Part of [`StreamsGroupHeartbeatRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopartitionGroup {
    /// `[]int16`.
    pub source_topics: Vec<i16>,
    /// `[]int16`.
    pub source_topic_regex: Vec<i16>,
    /// `[]int16`.
    pub repartition_source_topics: Vec<i16>,
}

impl CopartitionGroup {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let source_topics = reader.read_array(true, 2, "CopartitionGroup.source_topics", |reader| {
            reader.read_i16("CopartitionGroup.source_topics")
        })?;
        let source_topic_regex =
            reader.read_array(true, 2, "CopartitionGroup.source_topic_regex", |reader| {
                reader.read_i16("CopartitionGroup.source_topic_regex")
            })?;
        let repartition_source_topics =
            reader.read_array(true, 2, "CopartitionGroup.repartition_source_topics", |reader| {
                reader.read_i16("CopartitionGroup.repartition_source_topics")
            })?;
        reader.skip_tagged_fields("CopartitionGroup")?;
        Ok(Self { source_topics, source_topic_regex, repartition_source_topics })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_array(
            true,
            &self.source_topics,
            "CopartitionGroup.source_topics",
            |writer, element| {
                writer.write_i16(*element);
                Ok(())
            },
        )?;
        writer.write_array(
            true,
            &self.source_topic_regex,
            "CopartitionGroup.source_topic_regex",
            |writer, element| {
                writer.write_i16(*element);
                Ok(())
            },
        )?;
        writer.write_array(
            true,
            &self.repartition_source_topics,
            "CopartitionGroup.repartition_source_topics",
            |writer, element| {
                writer.write_i16(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupHeartbeatRequestTaskIds {
    /// `string`.
    pub subtopology_id: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl StreamsGroupHeartbeatRequestTaskIds {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let subtopology_id =
            reader.read_string(true, "StreamsGroupHeartbeatRequestTaskIds.subtopology_id")?;
        let partitions =
            reader.read_array(true, 4, "StreamsGroupHeartbeatRequestTaskIds.partitions", |reader| {
                reader.read_i32("StreamsGroupHeartbeatRequestTaskIds.partitions")
            })?;
        reader.skip_tagged_fields("StreamsGroupHeartbeatRequestTaskIds")?;
        Ok(Self { subtopology_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(
            true,
            &self.subtopology_id,
            "StreamsGroupHeartbeatRequestTaskIds.subtopology_id",
        )?;
        writer.write_array(
            true,
            &self.partitions,
            "StreamsGroupHeartbeatRequestTaskIds.partitions",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupHeartbeatRequestEndpoint {
    /// `string`.
    pub host: String,
    /// `uint16`.
    pub port: u16,
}

impl StreamsGroupHeartbeatRequestEndpoint {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let host = reader.read_string(true, "StreamsGroupHeartbeatRequestEndpoint.host")?;
        let port = reader.read_u16("StreamsGroupHeartbeatRequestEndpoint.port")?;
        reader.skip_tagged_fields("StreamsGroupHeartbeatRequestEndpoint")?;
        Ok(Self { host, port })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.host, "StreamsGroupHeartbeatRequestEndpoint.host")?;
        writer.write_u16(self.port);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatRequest`], version 0.
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

/// Part of [`StreamsGroupHeartbeatRequest`], version 0.
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

impl Request for StreamsGroupHeartbeatRequest {
    const API_KEY: ApiKey = ApiKey::StreamsGroupHeartbeat;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = StreamsGroupHeartbeatResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `string`.
    pub member_id: String,
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub heartbeat_interval_ms: i32,
    /// `int32`.
    pub acceptable_recovery_lag: i32,
    /// `int32`.
    pub task_offset_interval_ms: i32,
    /// `[]Status`, or null.
    pub status: Option<Vec<Status>>,
    /// `[]StreamsGroupHeartbeatResponseTaskIds`, or null; default null.
    pub active_tasks: Option<Vec<StreamsGroupHeartbeatResponseTaskIds>>,
    /// `[]StreamsGroupHeartbeatResponseTaskIds`, or null; default null.
    pub standby_tasks: Option<Vec<StreamsGroupHeartbeatResponseTaskIds>>,
    /// `[]StreamsGroupHeartbeatResponseTaskIds`, or null; default null.
    pub warmup_tasks: Option<Vec<StreamsGroupHeartbeatResponseTaskIds>>,
    /// `int32`.
    pub endpoint_information_epoch: i32,
    /// `[]EndpointToPartitions`, or null; default null.
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions>>,
}

impl Default for StreamsGroupHeartbeatResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: None,
            member_id: String::new(),
            member_epoch: 0,
            heartbeat_interval_ms: 0,
            acceptable_recovery_lag: 0,
            task_offset_interval_ms: 0,
            status: Some(Vec::new()),
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            endpoint_information_epoch: 0,
            partitions_by_user_endpoint: None,
        }
    }
}

impl Message for StreamsGroupHeartbeatResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("StreamsGroupHeartbeatResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("StreamsGroupHeartbeatResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("StreamsGroupHeartbeatResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "StreamsGroupHeartbeatResponse.error_message")?;
        let member_id = reader.read_string(true, "StreamsGroupHeartbeatResponse.member_id")?;
        let member_epoch = reader.read_i32("StreamsGroupHeartbeatResponse.member_epoch")?;
        let heartbeat_interval_ms = reader.read_i32("StreamsGroupHeartbeatResponse.heartbeat_interval_ms")?;
        let acceptable_recovery_lag =
            reader.read_i32("StreamsGroupHeartbeatResponse.acceptable_recovery_lag")?;
        let task_offset_interval_ms =
            reader.read_i32("StreamsGroupHeartbeatResponse.task_offset_interval_ms")?;
        let status =
            reader.read_nullable_array(true, 3, "StreamsGroupHeartbeatResponse.status", Status::decode)?;
        let active_tasks = reader.read_nullable_array(
            true,
            3,
            "StreamsGroupHeartbeatResponse.active_tasks",
            StreamsGroupHeartbeatResponseTaskIds::decode,
        )?;
        let standby_tasks = reader.read_nullable_array(
            true,
            3,
            "StreamsGroupHeartbeatResponse.standby_tasks",
            StreamsGroupHeartbeatResponseTaskIds::decode,
        )?;
        let warmup_tasks = reader.read_nullable_array(
            true,
            3,
            "StreamsGroupHeartbeatResponse.warmup_tasks",
            StreamsGroupHeartbeatResponseTaskIds::decode,
        )?;
        let endpoint_information_epoch =
            reader.read_i32("StreamsGroupHeartbeatResponse.endpoint_information_epoch")?;
        let partitions_by_user_endpoint = reader.read_nullable_array(
            true,
            7,
            "StreamsGroupHeartbeatResponse.partitions_by_user_endpoint",
            EndpointToPartitions::decode,
        )?;
        reader.skip_tagged_fields("StreamsGroupHeartbeatResponse")?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            error_message,
            member_id,
            member_epoch,
            heartbeat_interval_ms,
            acceptable_recovery_lag,
            task_offset_interval_ms,
            status,
            active_tasks,
            standby_tasks,
            warmup_tasks,
            endpoint_information_epoch,
            partitions_by_user_endpoint,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("StreamsGroupHeartbeatResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "StreamsGroupHeartbeatResponse.error_message",
        )?;
        writer.write_string(true, &self.member_id, "StreamsGroupHeartbeatResponse.member_id")?;
        writer.write_i32(self.member_epoch);
        writer.write_i32(self.heartbeat_interval_ms);
        writer.write_i32(self.acceptable_recovery_lag);
        writer.write_i32(self.task_offset_interval_ms);
        writer.write_nullable_array(
            true,
            self.status.as_deref(),
            "StreamsGroupHeartbeatResponse.status",
            |writer, element| element.encode(writer),
        )?;
        writer.write_nullable_array(
            true,
            self.active_tasks.as_deref(),
            "StreamsGroupHeartbeatResponse.active_tasks",
            |writer, element| element.encode(writer),
        )?;
        writer.write_nullable_array(
            true,
            self.standby_tasks.as_deref(),
            "StreamsGroupHeartbeatResponse.standby_tasks",
            |writer, element| element.encode(writer),
        )?;
        writer.write_nullable_array(
            true,
            self.warmup_tasks.as_deref(),
            "StreamsGroupHeartbeatResponse.warmup_tasks",
            |writer, element| element.encode(writer),
        )?;
        writer.write_i32(self.endpoint_information_epoch);
        writer.write_nullable_array(
            true,
            self.partitions_by_user_endpoint.as_deref(),
            "StreamsGroupHeartbeatResponse.partitions_by_user_endpoint",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// `int8`.
    pub status_code: i8,
    /// `string`.
    pub status_detail: String,
}

impl Status {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let status_code = reader.read_i8("Status.status_code")?;
        let status_detail = reader.read_string(true, "Status.status_detail")?;
        reader.skip_tagged_fields("Status")?;
        Ok(Self { status_code, status_detail })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i8(self.status_code);
        writer.write_string(true, &self.status_detail, "Status.status_detail")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupHeartbeatResponseTaskIds {
    /// `string`.
    pub subtopology_id: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl StreamsGroupHeartbeatResponseTaskIds {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let subtopology_id =
            reader.read_string(true, "StreamsGroupHeartbeatResponseTaskIds.subtopology_id")?;
        let partitions =
            reader.read_array(true, 4, "StreamsGroupHeartbeatResponseTaskIds.partitions", |reader| {
                reader.read_i32("StreamsGroupHeartbeatResponseTaskIds.partitions")
            })?;
        reader.skip_tagged_fields("StreamsGroupHeartbeatResponseTaskIds")?;
        Ok(Self { subtopology_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(
            true,
            &self.subtopology_id,
            "StreamsGroupHeartbeatResponseTaskIds.subtopology_id",
        )?;
        writer.write_array(
            true,
            &self.partitions,
            "StreamsGroupHeartbeatResponseTaskIds.partitions",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndpointToPartitions {
    /// `StreamsGroupHeartbeatResponseEndpoint`.
    pub user_endpoint: StreamsGroupHeartbeatResponseEndpoint,
    /// `[]TopicPartition`.
    pub active_partitions: Vec<TopicPartition>,
    /// `[]TopicPartition`.
    pub standby_partitions: Vec<TopicPartition>,
}

impl EndpointToPartitions {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let user_endpoint = StreamsGroupHeartbeatResponseEndpoint::decode(reader)?;
        let active_partitions =
            reader.read_array(true, 3, "EndpointToPartitions.active_partitions", TopicPartition::decode)?;
        let standby_partitions =
            reader.read_array(true, 3, "EndpointToPartitions.standby_partitions", TopicPartition::decode)?;
        reader.skip_tagged_fields("EndpointToPartitions")?;
        Ok(Self { user_endpoint, active_partitions, standby_partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.user_endpoint.encode(writer)?;
        writer.write_array(
            true,
            &self.active_partitions,
            "EndpointToPartitions.active_partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_array(
            true,
            &self.standby_partitions,
            "EndpointToPartitions.standby_partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupHeartbeatResponseEndpoint {
    /// `string`.
    pub host: String,
    /// `uint16`.
    pub port: u16,
}

impl StreamsGroupHeartbeatResponseEndpoint {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let host = reader.read_string(true, "StreamsGroupHeartbeatResponseEndpoint.host")?;
        let port = reader.read_u16("StreamsGroupHeartbeatResponseEndpoint.port")?;
        reader.skip_tagged_fields("StreamsGroupHeartbeatResponseEndpoint")?;
        Ok(Self { host, port })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.host, "StreamsGroupHeartbeatResponseEndpoint.host")?;
        writer.write_u16(self.port);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`StreamsGroupHeartbeatResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    /// `string`.
    pub topic: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl TopicPartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic = reader.read_string(true, "TopicPartition.topic")?;
        let partitions = reader.read_array(true, 4, "TopicPartition.partitions", |reader| {
            reader.read_i32("TopicPartition.partitions")
        })?;
        reader.skip_tagged_fields("TopicPartition")?;
        Ok(Self { topic, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic, "TopicPartition.topic")?;
        writer.write_array(true, &self.partitions, "TopicPartition.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
