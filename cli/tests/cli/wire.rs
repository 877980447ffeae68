//! Requests without a client: what no well-behaved client would send, when it would not send it.
//!
//! * `transactional`: the requests of a transactional producer, one by one;
//! * `reading`: what a read_committed consumer sees, filtered here and not by our client.

pub(crate) mod reading;
pub(crate) mod transactional;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bytes::Bytes;
use tidemill_protocol::messages::create_topics::{CreatableTopic, CreatableTopicConfig, CreateTopicsRequest};
use tidemill_protocol::messages::describe_transactions::DescribeTransactionsRequest;
use tidemill_protocol::messages::find_coordinator::FindCoordinatorRequest;
use tidemill_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use tidemill_protocol::{ErrorCode, Message, Reader, Request, RequestHeader, ResponseHeader, frame};

/// A broker that hangs fails the test instead of stopping it.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// Between two tries of a request that is to be tried again.
pub(crate) const PAUSE: Duration = Duration::from_millis(5);
const MAX_TRIES: u32 = 6_000;
const OFFSET_FETCH_VERSION: i16 = 8;

/// One connection.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    correlation_id: i32,
}

impl Wire {
    pub(crate) fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(ANSWER_LIMIT)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, correlation_id: 0 }
    }

    /// Sends a request and waits for its answer; the broker may die meanwhile.
    pub(crate) fn try_call<R: Request>(&mut self, request: &R, version: i16) -> io::Result<R::Response> {
        self.send(request, version)?;
        self.receive::<R>(version)
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn call<R: Request>(&mut self, request: &R, version: i16) -> R::Response {
        self.try_call(request, version)
            .unwrap_or_else(|error| panic!("no answer to {:?}: {error}", R::API_KEY))
    }

    pub(crate) fn send<R: Request>(&mut self, request: &R, version: i16) -> io::Result<()> {
        self.correlation_id += 1;
        let header = RequestHeader {
            api_key: R::API_KEY,
            api_version: version,
            correlation_id: self.correlation_id,
            client_id: Some("faults".to_owned()),
        };
        let parts = frame::encode_request(&header, request).unwrap().into_parts().map(|part| match part {
            frame::FramePart::Bytes(bytes) => bytes,
            frame::FramePart::Deferred(_) => panic!("a request has no holes"),
        });
        let bytes: Vec<u8> = parts.flat_map(|bytes| bytes.to_vec()).collect();
        self.stream.write_all(&bytes)
    }

    pub(crate) fn receive<R: Request>(&mut self, version: i16) -> io::Result<R::Response> {
        let mut size = [0; 4];
        self.stream.read_exact(&mut size)?;
        let mut body = vec![0; usize::try_from(i32::from_be_bytes(size)).unwrap()];
        self.stream.read_exact(&mut body)?;
        let mut reader = Reader::new(Bytes::from(body));
        ResponseHeader::decode(&mut reader, R::API_KEY, version).unwrap();
        let response = R::Response::decode(&mut reader, version).unwrap();
        reader.finish("response").unwrap();
        Ok(response)
    }

    pub(crate) fn create_topic(&mut self, name: &str, partitions: i32, configs: &[(&str, &str)]) {
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
        let request =
            CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..CreateTopicsRequest::default() };
        let response = self.call(&request, 7);
        assert_eq!(response.topics[0].error_code, 0, "{response:?}");
    }

    /// Asks who coordinates a transactional id, until somebody does.
    pub(crate) fn find_transaction_coordinator(&mut self, transactional_id: &str) {
        self.find_coordinator(transactional_id, 1);
    }

    /// Asks who coordinates a group, until somebody does.
    pub(crate) fn find_group_coordinator(&mut self, group: &str) {
        self.find_coordinator(group, 0);
    }

    fn find_coordinator(&mut self, key: &str, key_type: i8) {
        let request = FindCoordinatorRequest {
            key_type,
            coordinator_keys: vec![key.to_owned()],
            ..FindCoordinatorRequest::default()
        };
        until_done(|| ErrorCode::from_code(self.call(&request, 4).coordinators[0].error_code));
    }

    /// The state of a transaction, as DescribeTransactions names it.
    pub(crate) fn transaction_state(&mut self, transactional_id: &str) -> String {
        let request = DescribeTransactionsRequest { transactional_ids: vec![transactional_id.to_owned()] };
        let mut state = String::new();
        until_done(|| {
            let described = self.call(&request, 0).transaction_states.remove(0);
            state = described.transaction_state;
            ErrorCode::from_code(described.error_code)
        });
        state
    }

    /// The committed offset of a group, without waiting for transactions; -1 if there is none.
    pub(crate) fn committed_offset(&mut self, group: &str, topic: &str) -> i64 {
        let topics = vec![OffsetFetchRequestTopics {
            name: topic.to_owned(),
            partition_indexes: vec![0],
            ..OffsetFetchRequestTopics::default()
        }];
        let group = OffsetFetchRequestGroup {
            group_id: group.to_owned(),
            topics: Some(topics),
            ..OffsetFetchRequestGroup::default()
        };
        let request =
            OffsetFetchRequest { groups: vec![group], require_stable: true, ..OffsetFetchRequest::default() };
        let mut offset = -1;
        until_done(|| {
            let found = self.call(&request, OFFSET_FETCH_VERSION).groups.remove(0);
            let partition = found.topics.first().and_then(|topic| topic.partitions.first());
            offset = partition.map_or(-1, |partition| partition.committed_offset);
            let inner = partition.map_or(0, |partition| partition.error_code);
            ErrorCode::from_code(if found.error_code == 0 { inner } else { found.error_code })
        });
        offset
    }
}

/// Repeats a request as long as its answer says "try again".
pub(crate) fn until_done(mut call: impl FnMut() -> ErrorCode) {
    let code = until_settled(&mut call);
    assert_eq!(code, ErrorCode::None);
}

/// Repeats a request as long as its answer says "try again"; returns the first other answer.
pub(crate) fn until_settled(mut call: impl FnMut() -> ErrorCode) -> ErrorCode {
    let mut code = ErrorCode::None;
    for _ in 0..MAX_TRIES {
        code = call();
        let again = [
            ErrorCode::CoordinatorLoadInProgress,
            ErrorCode::CoordinatorNotAvailable,
            ErrorCode::NotCoordinator,
            ErrorCode::ConcurrentTransactions,
            ErrorCode::UnstableOffsetCommit,
            ErrorCode::UnknownTopicOrPartition,
            // What a coordinator that still loads says to producers before version 12 of Produce.
            ErrorCode::NotEnoughReplicas,
        ];
        if !again.contains(&code) {
            return code;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("the broker still says {code:?}");
}
