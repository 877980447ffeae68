//! Fetch (API key 1), versions 4 to 18, flexible since version 12.
//!
//! Written by `tidemill-protocol-generator` from `schemas/fetch.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Records, Request, Uuid, Writer};

/// Request, versions 4 to 18.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchRequest {
    /// `string` in versions 12 to 18, or null, tag 0; default null; dropped elsewhere.
    pub cluster_id: Option<String>,
    /// `int32` in versions 4 to 14; default -1.
    pub replica_id: i32,
    /// `ReplicaState` in versions 15 to 18, tag 1.
    pub replica_state: ReplicaState,
    /// `int32`.
    pub max_wait_ms: i32,
    /// `int32`.
    pub min_bytes: i32,
    /// `int32`; default 2147483647.
    pub max_bytes: i32,
    /// `int8`.
    pub isolation_level: i8,
    /// `int32` in versions 7 to 18; dropped elsewhere.
    pub session_id: i32,
    /// `int32` in versions 7 to 18; default -1; dropped elsewhere.
    pub session_epoch: i32,
    /// `[]FetchTopic`.
    pub topics: Vec<FetchTopic>,
    /// `[]ForgottenTopic` in versions 7 to 18.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    /// `string` in versions 11 to 18; dropped elsewhere.
    pub rack_id: String,
}

impl Default for FetchRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            replica_state: ReplicaState::default(),
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            isolation_level: 0,
            session_id: 0,
            session_epoch: -1,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
            rack_id: String::new(),
        }
    }
}

impl Message for FetchRequest {
    const VERSIONS: RangeInclusive<i16> = 4..=18;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("FetchRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 12;
        let replica_id = if version <= 14 { reader.read_i32("FetchRequest.replica_id")? } else { -1 };
        let max_wait_ms = reader.read_i32("FetchRequest.max_wait_ms")?;
        let min_bytes = reader.read_i32("FetchRequest.min_bytes")?;
        let max_bytes = reader.read_i32("FetchRequest.max_bytes")?;
        let isolation_level = reader.read_i8("FetchRequest.isolation_level")?;
        let session_id = if version >= 7 { reader.read_i32("FetchRequest.session_id")? } else { 0 };
        let session_epoch = if version >= 7 { reader.read_i32("FetchRequest.session_epoch")? } else { -1 };
        let topics = reader
            .read_array(flexible, 3, "FetchRequest.topics", |reader| FetchTopic::decode(reader, version))?;
        let forgotten_topics_data = if version >= 7 {
            reader.read_array(flexible, 3, "FetchRequest.forgotten_topics_data", |reader| {
                ForgottenTopic::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        let rack_id =
            if version >= 11 { reader.read_string(flexible, "FetchRequest.rack_id")? } else { String::new() };
        let mut cluster_id = None;
        let mut replica_state = ReplicaState::default();
        if flexible {
            reader.read_tagged_fields("FetchRequest", &mut |tag, reader| {
                match tag {
                    0 => cluster_id = reader.read_nullable_string(true, "FetchRequest.cluster_id")?,
                    1 if version >= 15 => replica_state = ReplicaState::decode(reader)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            cluster_id,
            replica_id,
            replica_state,
            max_wait_ms,
            min_bytes,
            max_bytes,
            isolation_level,
            session_id,
            session_epoch,
            topics,
            forgotten_topics_data,
            rack_id,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("FetchRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 12;
        if version <= 14 {
            writer.write_i32(self.replica_id);
        } else if self.replica_id != -1 {
            return Err(EncodeError::not_in_version("FetchRequest.replica_id", version));
        }
        writer.write_i32(self.max_wait_ms);
        writer.write_i32(self.min_bytes);
        writer.write_i32(self.max_bytes);
        writer.write_i8(self.isolation_level);
        if version >= 7 {
            writer.write_i32(self.session_id);
        }
        if version >= 7 {
            writer.write_i32(self.session_epoch);
        }
        writer.write_array(flexible, &self.topics, "FetchRequest.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if version >= 7 {
            writer.write_array(
                flexible,
                &self.forgotten_topics_data,
                "FetchRequest.forgotten_topics_data",
                |writer, element| element.encode(writer, version),
            )?;
        } else if !self.forgotten_topics_data.is_empty() {
            return Err(EncodeError::not_in_version("FetchRequest.forgotten_topics_data", version));
        }
        if version >= 11 {
            writer.write_string(flexible, &self.rack_id, "FetchRequest.rack_id")?;
        }
        if version < 15 && self.replica_state != ReplicaState::default() {
            return Err(EncodeError::not_in_version("FetchRequest.replica_state", version));
        }
        if flexible {
            let tags = writer.start_tagged_fields();
            if self.cluster_id.is_some() {
                let tag = writer.start_tag(tags, 0);
                writer.write_nullable_string(true, self.cluster_id.as_deref(), "FetchRequest.cluster_id")?;
                writer.end_tag(tag, "FetchRequest.cluster_id")?;
            }
            if version >= 15 && self.replica_state != ReplicaState::default() {
                let tag = writer.start_tag(tags, 1);
                self.replica_state.encode(writer)?;
                writer.end_tag(tag, "FetchRequest.replica_state")?;
            }
        }
        Ok(())
    }
}

/// Part of [`FetchRequest`], versions 15 to 18.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    /// `int32`; default -1.
    pub replica_id: i32,
    /// `int64`; default -1.
    pub replica_epoch: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self { replica_id: -1, replica_epoch: -1 }
    }
}

impl ReplicaState {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let replica_id = reader.read_i32("ReplicaState.replica_id")?;
        let replica_epoch = reader.read_i64("ReplicaState.replica_epoch")?;
        reader.skip_tagged_fields("ReplicaState")?;
        Ok(Self { replica_id, replica_epoch })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.replica_id);
        writer.write_i64(self.replica_epoch);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`FetchRequest`], versions 4 to 18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTopic {
    /// `string` in versions 4 to 12; dropped elsewhere.
    pub topic: String,
    /// `uuid` in versions 13 to 18; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]FetchPartition`.
    pub partitions: Vec<FetchPartition>,
}

impl FetchTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let topic =
            if version <= 12 { reader.read_string(flexible, "FetchTopic.topic")? } else { String::new() };
        let topic_id = if version >= 13 { reader.read_uuid("FetchTopic.topic_id")? } else { Uuid::ZERO };
        let partitions = reader.read_array(flexible, 16, "FetchTopic.partitions", |reader| {
            FetchPartition::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("FetchTopic")?;
        }
        Ok(Self { topic, topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            writer.write_string(flexible, &self.topic, "FetchTopic.topic")?;
        }
        if version >= 13 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_array(flexible, &self.partitions, "FetchTopic.partitions", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`FetchRequest`], versions 4 to 18.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchPartition {
    /// `int32`.
    pub partition: i32,
    /// `int32` in versions 9 to 18; default -1; dropped elsewhere.
    pub current_leader_epoch: i32,
    /// `int64`.
    pub fetch_offset: i64,
    /// `int32` in versions 12 to 18; default -1.
    pub last_fetched_epoch: i32,
    /// `int64` in versions 5 to 18; default -1; dropped elsewhere.
    pub log_start_offset: i64,
    /// `int32`.
    pub partition_max_bytes: i32,
    /// `uuid` in versions 17 to 18, tag 0; dropped elsewhere.
    pub replica_directory_id: Uuid,
    /// `int64` in version 18, tag 1; default 9223372036854775807; dropped elsewhere.
    pub high_watermark: i64,
}

impl Default for FetchPartition {
    fn default() -> Self {
        Self {
            partition: 0,
            current_leader_epoch: -1,
            fetch_offset: 0,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: 0,
            replica_directory_id: Uuid::ZERO,
            high_watermark: i64::MAX,
        }
    }
}

impl FetchPartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let partition = reader.read_i32("FetchPartition.partition")?;
        let current_leader_epoch =
            if version >= 9 { reader.read_i32("FetchPartition.current_leader_epoch")? } else { -1 };
        let fetch_offset = reader.read_i64("FetchPartition.fetch_offset")?;
        let last_fetched_epoch =
            if version >= 12 { reader.read_i32("FetchPartition.last_fetched_epoch")? } else { -1 };
        let log_start_offset =
            if version >= 5 { reader.read_i64("FetchPartition.log_start_offset")? } else { -1 };
        let partition_max_bytes = reader.read_i32("FetchPartition.partition_max_bytes")?;
        let mut replica_directory_id = Uuid::ZERO;
        let mut high_watermark = i64::MAX;
        if flexible {
            reader.read_tagged_fields("FetchPartition", &mut |tag, reader| {
                match tag {
                    0 if version >= 17 => {
                        replica_directory_id = reader.read_uuid("FetchPartition.replica_directory_id")?
                    }
                    1 if version == 18 => {
                        high_watermark = reader.read_i64("FetchPartition.high_watermark")?
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            partition,
            current_leader_epoch,
            fetch_offset,
            last_fetched_epoch,
            log_start_offset,
            partition_max_bytes,
            replica_directory_id,
            high_watermark,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        writer.write_i32(self.partition);
        if version >= 9 {
            writer.write_i32(self.current_leader_epoch);
        }
        writer.write_i64(self.fetch_offset);
        if version >= 12 {
            writer.write_i32(self.last_fetched_epoch);
        } else if self.last_fetched_epoch != -1 {
            return Err(EncodeError::not_in_version("FetchPartition.last_fetched_epoch", version));
        }
        if version >= 5 {
            writer.write_i64(self.log_start_offset);
        }
        writer.write_i32(self.partition_max_bytes);
        if flexible {
            let tags = writer.start_tagged_fields();
            if version >= 17 && self.replica_directory_id != Uuid::ZERO {
                let tag = writer.start_tag(tags, 0);
                writer.write_uuid(self.replica_directory_id);
                writer.end_tag(tag, "FetchPartition.replica_directory_id")?;
            }
            if version == 18 && self.high_watermark != i64::MAX {
                let tag = writer.start_tag(tags, 1);
                writer.write_i64(self.high_watermark);
                writer.end_tag(tag, "FetchPartition.high_watermark")?;
            }
        }
        Ok(())
    }
}

/// Part of [`FetchRequest`], versions 7 to 18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenTopic {
    /// `string` in versions 7 to 12; dropped elsewhere.
    pub topic: String,
    /// `uuid` in versions 13 to 18; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl ForgottenTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let topic =
            if version <= 12 { reader.read_string(flexible, "ForgottenTopic.topic")? } else { String::new() };
        let topic_id = if version >= 13 { reader.read_uuid("ForgottenTopic.topic_id")? } else { Uuid::ZERO };
        let partitions = reader.read_array(flexible, 4, "ForgottenTopic.partitions", |reader| {
            reader.read_i32("ForgottenTopic.partitions")
        })?;
        if flexible {
            reader.skip_tagged_fields("ForgottenTopic")?;
        }
        Ok(Self { topic, topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            writer.write_string(flexible, &self.topic, "ForgottenTopic.topic")?;
        }
        if version >= 13 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_array(flexible, &self.partitions, "ForgottenTopic.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for FetchRequest {
    const API_KEY: ApiKey = ApiKey::Fetch;
    const FLEXIBLE_SINCE: i16 = 12;
    type Response = FetchResponse;
}

/// Response, versions 4 to 18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16` in versions 7 to 18; dropped elsewhere.
    pub error_code: i16,
    /// `int32` in versions 7 to 18.
    pub session_id: i32,
    /// `[]FetchableTopicResponse`.
    pub responses: Vec<FetchableTopicResponse>,
    /// `[]NodeEndpoint` in versions 16 to 18, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Message for FetchResponse {
    const VERSIONS: RangeInclusive<i16> = 4..=18;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("FetchResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 12;
        let throttle_time_ms = reader.read_i32("FetchResponse.throttle_time_ms")?;
        let error_code = if version >= 7 { reader.read_i16("FetchResponse.error_code")? } else { 0 };
        let session_id = if version >= 7 { reader.read_i32("FetchResponse.session_id")? } else { 0 };
        let responses = reader.read_array(flexible, 3, "FetchResponse.responses", |reader| {
            FetchableTopicResponse::decode(reader, version)
        })?;
        let mut node_endpoints = Vec::new();
        if flexible {
            reader.read_tagged_fields("FetchResponse", &mut |tag, reader| {
                match tag {
                    0 if version >= 16 => {
                        node_endpoints = reader.read_array(
                            true,
                            11,
                            "FetchResponse.node_endpoints",
                            NodeEndpoint::decode,
                        )?
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self { throttle_time_ms, error_code, session_id, responses, node_endpoints })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("FetchResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 12;
        writer.write_i32(self.throttle_time_ms);
        if version >= 7 {
            writer.write_i16(self.error_code);
        }
        if version >= 7 {
            writer.write_i32(self.session_id);
        } else if self.session_id != 0 {
            return Err(EncodeError::not_in_version("FetchResponse.session_id", version));
        }
        writer.write_array(flexible, &self.responses, "FetchResponse.responses", |writer, element| {
            element.encode(writer, version)
        })?;
        if version < 16 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("FetchResponse.node_endpoints", version));
        }
        if flexible {
            let tags = writer.start_tagged_fields();
            if version >= 16 && !self.node_endpoints.is_empty() {
                let tag = writer.start_tag(tags, 0);
                writer.write_array(
                    true,
                    &self.node_endpoints,
                    "FetchResponse.node_endpoints",
                    |writer, element| element.encode(writer),
                )?;
                writer.end_tag(tag, "FetchResponse.node_endpoints")?;
            }
        }
        Ok(())
    }
}

/// Part of [`FetchResponse`], versions 4 to 18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchableTopicResponse {
    /// `string` in versions 4 to 12; dropped elsewhere.
    pub topic: String,
    /// `uuid` in versions 13 to 18; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
}

impl FetchableTopicResponse {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let topic = if version <= 12 {
            reader.read_string(flexible, "FetchableTopicResponse.topic")?
        } else {
            String::new()
        };
        let topic_id =
            if version >= 13 { reader.read_uuid("FetchableTopicResponse.topic_id")? } else { Uuid::ZERO };
        let partitions = reader.read_array(flexible, 30, "FetchableTopicResponse.partitions", |reader| {
            PartitionData::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("FetchableTopicResponse")?;
        }
        Ok(Self { topic, topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            writer.write_string(flexible, &self.topic, "FetchableTopicResponse.topic")?;
        }
        if version >= 13 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_array(
            flexible,
            &self.partitions,
            "FetchableTopicResponse.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`FetchResponse`], versions 4 to 18.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int64`.
    pub high_watermark: i64,
    /// `int64`; default -1.
    pub last_stable_offset: i64,
    /// `int64` in versions 5 to 18; default -1; dropped elsewhere.
    pub log_start_offset: i64,
    /// `EpochEndOffset` in versions 12 to 18, tag 0.
    pub diverging_epoch: EpochEndOffset,
    /// `LeaderIdAndEpoch` in versions 12 to 18, tag 1.
    pub current_leader: LeaderIdAndEpoch,
    /// `SnapshotId` in versions 12 to 18, tag 2.
    pub snapshot_id: SnapshotId,
    /// `[]AbortedTransaction`, or null.
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// `int32` in versions 11 to 18; default -1.
    pub preferred_read_replica: i32,
    /// `records`, or null.
    pub records: Option<Records>,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            high_watermark: 0,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: Some(Vec::new()),
            preferred_read_replica: -1,
            records: None,
        }
    }
}

impl PartitionData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let partition_index = reader.read_i32("PartitionData.partition_index")?;
        let error_code = reader.read_i16("PartitionData.error_code")?;
        let high_watermark = reader.read_i64("PartitionData.high_watermark")?;
        let last_stable_offset = reader.read_i64("PartitionData.last_stable_offset")?;
        let log_start_offset =
            if version >= 5 { reader.read_i64("PartitionData.log_start_offset")? } else { -1 };
        let aborted_transactions =
            reader.read_nullable_array(flexible, 16, "PartitionData.aborted_transactions", |reader| {
                AbortedTransaction::decode(reader, version)
            })?;
        let preferred_read_replica =
            if version >= 11 { reader.read_i32("PartitionData.preferred_read_replica")? } else { -1 };
        let records = reader.read_nullable_records(flexible, "PartitionData.records")?;
        let mut diverging_epoch = EpochEndOffset::default();
        let mut current_leader = LeaderIdAndEpoch::default();
        let mut snapshot_id = SnapshotId::default();
        if flexible {
            reader.read_tagged_fields("PartitionData", &mut |tag, reader| {
                match tag {
                    0 => diverging_epoch = EpochEndOffset::decode(reader)?,
                    1 => current_leader = LeaderIdAndEpoch::decode(reader)?,
                    2 => snapshot_id = SnapshotId::decode(reader)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            partition_index,
            error_code,
            high_watermark,
            last_stable_offset,
            log_start_offset,
            diverging_epoch,
            current_leader,
            snapshot_id,
            aborted_transactions,
            preferred_read_replica,
            records,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        writer.write_i64(self.high_watermark);
        writer.write_i64(self.last_stable_offset);
        if version >= 5 {
            writer.write_i64(self.log_start_offset);
        }
        writer.write_nullable_array(
            flexible,
            self.aborted_transactions.as_deref(),
            "PartitionData.aborted_transactions",
            |writer, element| element.encode(writer, version),
        )?;
        if version >= 11 {
            writer.write_i32(self.preferred_read_replica);
        } else if self.preferred_read_replica != -1 {
            return Err(EncodeError::not_in_version("PartitionData.preferred_read_replica", version));
        }
        writer.write_nullable_records(flexible, self.records.as_ref(), "PartitionData.records")?;
        if version < 12 && self.diverging_epoch != EpochEndOffset::default() {
            return Err(EncodeError::not_in_version("PartitionData.diverging_epoch", version));
        }
        if version < 12 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::not_in_version("PartitionData.current_leader", version));
        }
        if version < 12 && self.snapshot_id != SnapshotId::default() {
            return Err(EncodeError::not_in_version("PartitionData.snapshot_id", version));
        }
        if flexible {
            let tags = writer.start_tagged_fields();
            if self.diverging_epoch != EpochEndOffset::default() {
                let tag = writer.start_tag(tags, 0);
                self.diverging_epoch.encode(writer)?;
                writer.end_tag(tag, "PartitionData.diverging_epoch")?;
            }
            if self.current_leader != LeaderIdAndEpoch::default() {
                let tag = writer.start_tag(tags, 1);
                self.current_leader.encode(writer)?;
                writer.end_tag(tag, "PartitionData.current_leader")?;
            }
            if self.snapshot_id != SnapshotId::default() {
                let tag = writer.start_tag(tags, 2);
                self.snapshot_id.encode(writer)?;
                writer.end_tag(tag, "PartitionData.snapshot_id")?;
            }
        }
        Ok(())
    }
}

/// Part of [`FetchResponse`], versions 12 to 18.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEndOffset {
    /// `int32`; default -1.
    pub epoch: i32,
    /// `int64`; default -1.
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self { epoch: -1, end_offset: -1 }
    }
}

impl EpochEndOffset {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let epoch = reader.read_i32("EpochEndOffset.epoch")?;
        let end_offset = reader.read_i64("EpochEndOffset.end_offset")?;
        reader.skip_tagged_fields("EpochEndOffset")?;
        Ok(Self { epoch, end_offset })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.epoch);
        writer.write_i64(self.end_offset);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`FetchResponse`], versions 12 to 18.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// `int32`; default -1.
    pub leader_id: i32,
    /// `int32`; default -1.
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1 }
    }
}

impl LeaderIdAndEpoch {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let leader_id = reader.read_i32("LeaderIdAndEpoch.leader_id")?;
        let leader_epoch = reader.read_i32("LeaderIdAndEpoch.leader_epoch")?;
        reader.skip_tagged_fields("LeaderIdAndEpoch")?;
        Ok(Self { leader_id, leader_epoch })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.leader_id);
        writer.write_i32(self.leader_epoch);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`FetchResponse`], versions 12 to 18.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotId {
    /// `int64`; default -1.
    pub end_offset: i64,
    /// `int32`; default -1.
    pub epoch: i32,
}

impl Default for SnapshotId {
    fn default() -> Self {
        Self { end_offset: -1, epoch: -1 }
    }
}

impl SnapshotId {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let end_offset = reader.read_i64("SnapshotId.end_offset")?;
        let epoch = reader.read_i32("SnapshotId.epoch")?;
        reader.skip_tagged_fields("SnapshotId")?;
        Ok(Self { end_offset, epoch })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i64(self.end_offset);
        writer.write_i32(self.epoch);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`FetchResponse`], versions 4 to 18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AbortedTransaction {
    /// `int64`.
    pub producer_id: i64,
    /// `int64`.
    pub first_offset: i64,
}

impl AbortedTransaction {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let producer_id = reader.read_i64("AbortedTransaction.producer_id")?;
        let first_offset = reader.read_i64("AbortedTransaction.first_offset")?;
        if flexible {
            reader.skip_tagged_fields("AbortedTransaction")?;
        }
        Ok(Self { producer_id, first_offset })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        writer.write_i64(self.producer_id);
        writer.write_i64(self.first_offset);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`FetchResponse`], versions 16 to 18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint {
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: String,
    /// `int32`.
    pub port: i32,
    /// `string`, or null; default null.
    pub rack: Option<String>,
}

impl NodeEndpoint {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let node_id = reader.read_i32("NodeEndpoint.node_id")?;
        let host = reader.read_string(true, "NodeEndpoint.host")?;
        let port = reader.read_i32("NodeEndpoint.port")?;
        let rack = reader.read_nullable_string(true, "NodeEndpoint.rack")?;
        reader.skip_tagged_fields("NodeEndpoint")?;
        Ok(Self { node_id, host, port, rack })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.node_id);
        writer.write_string(true, &self.host, "NodeEndpoint.host")?;
        writer.write_i32(self.port);
        writer.write_nullable_string(true, self.rack.as_deref(), "NodeEndpoint.rack")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
