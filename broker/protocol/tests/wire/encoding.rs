//! What encoding does with fields that a version cannot express.

use tidemill_protocol::messages::fetch::{FetchRequest, ReplicaState};
use tidemill_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use tidemill_protocol::{EncodeError, EncodeErrorKind, Message, Reader, Uuid, Writer};

fn encode(message: &impl Message, version: i16) -> Result<bytes::Bytes, EncodeError> {
    let mut writer = Writer::new();
    message.encode(&mut writer, version)?;
    Ok(writer.finish().0)
}

#[test]
fn a_field_that_matters_is_refused_where_the_version_lacks_it() {
    let request = FetchRequest { replica_id: 3, ..FetchRequest::default() };
    assert!(encode(&request, 14).is_ok());
    let error = encode(&request, 15).unwrap_err();
    assert_eq!(error.to_string(), "FetchRequest.replica_id is set, but version 15 has no such field");
}

#[test]
fn a_tagged_field_that_matters_is_refused_where_the_version_lacks_it() {
    let replica_state = ReplicaState { replica_id: 3, replica_epoch: 9 };
    let request = FetchRequest { replica_state, ..FetchRequest::default() };
    assert!(encode(&request, 15).is_ok());
    for version in [4, 12, 14] {
        let error = encode(&request, version).unwrap_err();
        assert_eq!(error.field, "FetchRequest.replica_state");
        assert_eq!(error.kind, EncodeErrorKind::NotInVersion { version });
    }
}

#[test]
fn an_ignorable_field_is_dropped_where_the_version_lacks_it() {
    let partition = OffsetCommitRequestPartition {
        partition_index: 1,
        committed_offset: 5,
        committed_leader_epoch: 77,
        ..OffsetCommitRequestPartition::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: "orders".to_owned(),
        partitions: vec![partition],
        ..OffsetCommitRequestTopic::default()
    };
    let request = OffsetCommitRequest { topics: vec![topic], ..OffsetCommitRequest::default() };
    let decode = |version| {
        let bytes = encode(&request, version).unwrap();
        OffsetCommitRequest::decode(&mut Reader::new(bytes), version).unwrap()
    };
    assert_eq!(decode(6).topics[0].partitions[0].committed_leader_epoch, 77);
    assert_eq!(decode(5).topics[0].partitions[0].committed_leader_epoch, -1);
}

#[test]
fn null_is_refused_where_the_version_does_not_allow_it() {
    let request = MetadataRequest { topics: None, ..MetadataRequest::default() };
    assert!(encode(&request, 1).is_ok());
    let error = encode(&request, 0).unwrap_err();
    assert_eq!(error.to_string(), "MetadataRequest.topics is null, which version 0 does not allow");
    let topic = MetadataRequestTopic { topic_id: Uuid([1; 16]), name: None };
    let request = MetadataRequest { topics: Some(vec![topic]), ..MetadataRequest::default() };
    assert!(encode(&request, 10).is_ok());
    assert_eq!(encode(&request, 9).unwrap_err().field, "MetadataRequestTopic.name");
}

#[test]
fn defaults_are_kafkas() {
    let request = FetchRequest::default();
    assert_eq!((request.replica_id, request.max_bytes, request.session_epoch), (-1, i32::MAX, -1));
    assert_eq!(request.cluster_id, None);
    assert_eq!(MetadataRequest::default().topics, Some(Vec::new()));
    let partition = OffsetCommitRequestPartition::default();
    assert_eq!(partition.committed_metadata, Some(String::new()));
}

#[test]
fn a_version_outside_the_range_is_refused() {
    let error = encode(&FetchRequest::default(), 3).unwrap_err();
    assert_eq!(error.to_string(), "FetchRequest has no version 3, only 4 to 18");
}
