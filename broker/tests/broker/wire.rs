//! A client that sends exactly what a test says, and a broker in a folder of its own.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;
use tidemill_broker::{Broker, BrokerConfig};
use tidemill_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest, CreateTopicsResponse,
};
use tidemill_protocol::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, PartitionData,
};
use tidemill_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use tidemill_protocol::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, TopicProduceData,
};
use tidemill_protocol::records::{BatchBuilder, BatchOptions, RecordBatch};
use tidemill_protocol::{Message, Reader, Records, Request, RequestHeader, ResponseHeader, Uuid, frame};

/// A broker and its data, which outlives restarts.
pub(crate) struct TestBroker {
    pub(crate) dir: TempDir,
    broker: Option<Broker>,
    properties: Vec<(&'static str, &'static str)>,
}

impl TestBroker {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// Starts with properties on top of those for tests.
    pub(crate) fn with(properties: &[(&'static str, &'static str)]) -> Self {
        let mut broker =
            Self { dir: tempfile::tempdir().unwrap(), broker: None, properties: properties.to_vec() };
        broker.broker = Some(Broker::start(broker.config()).unwrap());
        broker
    }

    pub(crate) fn config(&self) -> BrokerConfig {
        let mut fixed = BrokerConfig::for_tests(self.dir.path()).fixed;
        fixed.extend(self.properties.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        BrokerConfig::from_properties(fixed).unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.broker.as_ref().unwrap().address()
    }

    /// Stops gracefully.
    pub(crate) fn stop(&mut self) {
        self.broker.take().unwrap().shutdown();
    }

    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start_again();
    }

    /// Starts after a stop.
    pub(crate) fn start_again(&mut self) {
        self.broker = Some(Broker::start(self.config()).unwrap());
    }

    /// A broker over what the files of this one hold now, as after a crash: this one runs on and does not know.
    ///
    /// Folders whose names begin with `first` are copied before the others, so that what they hold is the older.
    pub(crate) fn crashed_copy(&self, first: &str) -> Self {
        let mut copy = Self { dir: tempfile::tempdir().unwrap(), broker: None, properties: Vec::new() };
        copy.properties.clone_from(&self.properties);
        let entries = std::fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap().path());
        let (before, after): (Vec<_>, Vec<_>) =
            entries.partition(|path| path.file_name().unwrap().to_str().unwrap().starts_with(first));
        for path in before.into_iter().chain(after) {
            copy_all(&path, &copy.dir.path().join(path.file_name().unwrap()));
        }
        copy.broker = Some(Broker::start(copy.config()).unwrap());
        copy
    }

    pub(crate) fn connect(&self) -> Wire {
        Wire::connect(self.address())
    }
}

/// Copies a file or a folder; what vanishes meanwhile was not there.
fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            copy_all(&path, &to.join(path.file_name().unwrap()));
        }
    } else if let Err(error) = std::fs::copy(from, to) {
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}

/// One connection.
pub(crate) struct Wire {
    stream: TcpStream,
    correlation_id: i32,
}

impl Wire {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        // A broker that hangs fails the test instead of stopping it.
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, correlation_id: 0 }
    }

    /// The same connection, to send from another thread.
    pub(crate) fn clone(&self) -> Self {
        Self { stream: self.stream.try_clone().unwrap(), correlation_id: self.correlation_id }
    }

    /// Sends a request and waits for its response.
    pub(crate) fn call<R: Request>(&mut self, request: &R, version: i16) -> R::Response {
        self.send(request, version);
        self.receive::<R>(version)
    }

    /// Calls in the newest version.
    pub(crate) fn newest<R: Request>(&mut self, request: &R) -> R::Response {
        self.call(request, *R::VERSIONS.end())
    }

    pub(crate) fn send<R: Request>(&mut self, request: &R, version: i16) {
        self.correlation_id += 1;
        let bytes = encode(request, version, self.correlation_id);
        self.send_raw(&bytes);
    }

    pub(crate) fn receive<R: Request>(&mut self, version: i16) -> R::Response {
        let mut reader = Reader::new(self.receive_raw().unwrap().expect("the broker closed the connection"));
        ResponseHeader::decode(&mut reader, R::API_KEY, version).unwrap();
        let response = R::Response::decode(&mut reader, version).unwrap();
        reader.finish("response").unwrap();
        response
    }

    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The next frame without its size, or `None` when the broker closed.
    pub(crate) fn receive_raw(&mut self) -> io::Result<Option<Bytes>> {
        let mut size = [0; 4];
        match self.stream.read_exact(&mut size) {
            Ok(()) => {}
            Err(error)
                if [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset].contains(&error.kind()) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let mut body = vec![0; usize::try_from(i32::from_be_bytes(size)).unwrap()];
        self.stream.read_exact(&mut body)?;
        Ok(Some(body.into()))
    }

    /// Says whether the broker closed this connection; fails when it answers instead.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.receive_raw().unwrap().is_none()
    }

    /// Tells the broker that nothing more will come.
    pub(crate) fn finish_sending(&mut self) {
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
    }

    pub(crate) fn create_topic(&mut self, name: &str, partitions: i32, configs: &[(&str, &str)]) {
        let response = self.try_create_topic(name, partitions, configs);
        assert_eq!(response.topics[0].error_code, 0, "{response:?}");
    }

    pub(crate) fn try_create_topic(
        &mut self,
        name: &str,
        partitions: i32,
        configs: &[(&str, &str)],
    ) -> CreateTopicsResponse {
        let configs = configs
            .iter()
            .map(|(name, value)| CreatableTopicConfig { name: (*name).into(), value: Some((*value).into()) })
            .collect();
        let topic = CreatableTopic {
            name: name.into(),
            num_partitions: partitions,
            replication_factor: 1,
            configs,
            ..CreatableTopic::default()
        };
        self.newest(&CreateTopicsRequest { topics: vec![topic], ..CreateTopicsRequest::default() })
    }

    pub(crate) fn topic_id(&mut self, name: &str) -> Uuid {
        let topic = MetadataRequestTopic { name: Some(name.into()), ..MetadataRequestTopic::default() };
        let request = MetadataRequest {
            topics: Some(vec![topic]),
            allow_auto_topic_creation: false,
            ..MetadataRequest::default()
        };
        let response = self.newest(&request);
        assert_eq!(response.topics[0].error_code, 0);
        response.topics[0].topic_id
    }

    /// Produces one batch with the given acks.
    pub(crate) fn produce(&mut self, topic: &str, batch: Bytes, acks: i16) -> PartitionProduceResponse {
        let mut response = self.call(&produce_request(topic, batch, acks), 12);
        response.responses.remove(0).partition_responses.remove(0)
    }

    pub(crate) fn fetch(&mut self, topic: &str, offset: i64, max_wait_ms: i32) -> PartitionData {
        let mut response: FetchResponse = self.call(&fetch_request(topic, offset, max_wait_ms), 12);
        response.responses.remove(0).partitions.remove(0)
    }
}

/// A request in its frame.
pub(crate) fn encode<R: Request>(request: &R, api_version: i16, correlation_id: i32) -> Vec<u8> {
    let client_id = Some("wire-test".to_owned());
    let header = RequestHeader { api_key: R::API_KEY, api_version, correlation_id, client_id };
    let frame = frame::encode_request(&header, request).unwrap();
    let parts = frame.into_parts().map(|part| match part {
        frame::FramePart::Bytes(bytes) => bytes,
        frame::FramePart::Deferred(_) => panic!("a request has no holes"),
    });
    parts.flat_map(|bytes| bytes.to_vec()).collect()
}

pub(crate) fn produce_request(topic: &str, batch: Bytes, acks: i16) -> ProduceRequest {
    let partition_data = vec![PartitionProduceData { index: 0, records: Some(Records::Inline(batch)) }];
    let topic_data =
        vec![TopicProduceData { name: topic.into(), partition_data, ..TopicProduceData::default() }];
    ProduceRequest { acks, timeout_ms: 30_000, topic_data, ..ProduceRequest::default() }
}

pub(crate) fn fetch_request(topic: &str, fetch_offset: i64, max_wait_ms: i32) -> FetchRequest {
    let partition =
        FetchPartition { fetch_offset, partition_max_bytes: 1024 * 1024, ..FetchPartition::default() };
    let topic = FetchTopic { topic: topic.into(), partitions: vec![partition], ..FetchTopic::default() };
    FetchRequest { max_wait_ms, min_bytes: 1, topics: vec![topic], ..FetchRequest::default() }
}

/// A batch of records with these values.
pub(crate) fn batch(values: &[&str]) -> Bytes {
    batch_with(BatchOptions::default(), values)
}

pub(crate) fn batch_with(options: BatchOptions, values: &[&str]) -> Bytes {
    let mut builder = BatchBuilder::new(options);
    for value in values {
        builder.try_append(1_000, Some(b"key"), Some(value.as_bytes()), &[]).expect("the batch has room");
    }
    builder.build().unwrap()
}

/// Offsets and values of all records in fetched data.
pub(crate) fn records(data: &PartitionData) -> Vec<(i64, String)> {
    let Some(Records::Inline(bytes)) = &data.records else {
        return Vec::new();
    };
    let mut bytes = bytes.clone();
    let mut found = Vec::new();
    while let Some(batch) = RecordBatch::decode_next(&mut bytes).unwrap() {
        batch.verify_checksum().unwrap();
        let records = batch.records(1 << 20).unwrap();
        for record in records.iter() {
            let record = record.unwrap();
            found
                .push((record.offset, String::from_utf8(record.value.unwrap_or_default().to_vec()).unwrap()));
        }
    }
    found
}

/// Values that a read_committed consumer hands on: no control records, nothing of aborted transactions.
pub(crate) fn committed_records(data: &PartitionData) -> Vec<String> {
    let Some(Records::Inline(bytes)) = &data.records else {
        return Vec::new();
    };
    let mut bytes = bytes.clone();
    let mut aborted: Vec<(i64, i64)> = data
        .aborted_transactions
        .iter()
        .flatten()
        .map(|aborted| (aborted.first_offset, aborted.producer_id))
        .collect();
    let mut found = Vec::new();
    while let Some(batch) = RecordBatch::decode_next(&mut bytes).unwrap() {
        let producer_id = batch.header().producer_id;
        let hidden =
            aborted.iter().position(|(first, id)| *id == producer_id && *first <= batch.base_offset());
        if batch.is_control() {
            // The first marker behind an aborted transaction ends it.
            hidden.map(|index| aborted.remove(index));
        } else if hidden.is_none() || !batch.is_transactional() {
            let values = batch.records(1 << 20).unwrap();
            let values = values.iter().map(|record| record.unwrap().value.unwrap_or_default().to_vec());
            found.extend(values.map(|value| String::from_utf8(value).unwrap()));
        }
    }
    found
}
