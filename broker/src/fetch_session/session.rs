//! One session: the partitions a client reads, and what it knows of each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tidemill_protocol::messages::fetch::{
    EpochEndOffset, FetchPartition, FetchTopic, FetchableTopicResponse, ForgottenTopic, PartitionData,
};
use tidemill_protocol::{ErrorCode, Records, Uuid};

/// The epoch of a request that opens a session.
pub const INITIAL_EPOCH: i32 = 0;
/// The epoch of a request that closes a session and opens none.
pub const FINAL_EPOCH: i32 = -1;
/// What a client knows of a partition's offsets before it was told, or after an error.
const UNKNOWN_OFFSET: i64 = -1;

/// A topic as the session's requests name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum TopicKey {
    Name(Arc<str>),
    Id(Uuid),
}

type PartitionKey = (TopicKey, i32);

/// A partition of a session.
#[derive(Debug, Clone)]
struct CachedPartition {
    topic: TopicKey,
    /// What the client asked last.
    wanted: FetchPartition,
    /// The offsets that the client was told last.
    high_watermark: i64,
    log_start_offset: i64,
}

/// A session.
///
/// Invariant: `places` holds the place in `order` of every partition there.
#[derive(Debug)]
pub struct FetchSession {
    by_id: bool,
    epoch: i32,
    /// The partitions in the order in which they are read: whoever was given data goes to the end.
    order: BTreeMap<u64, CachedPartition>,
    places: HashMap<PartitionKey, u64>,
    next_place: u64,
}

impl FetchSession {
    /// Opens a session with the partitions of a full request; `by_id` says how it names topics.
    #[must_use]
    pub fn open(topics: &[FetchTopic], by_id: bool) -> Self {
        let mut session = Self {
            by_id,
            epoch: epoch_after(INITIAL_EPOCH),
            order: BTreeMap::new(),
            places: HashMap::new(),
            next_place: 0,
        };
        session.update(topics, &[]);
        session
    }

    /// Counts the partitions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Tells whether there is no partition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Checks that a request is the next of this session.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidFetchSessionEpoch`] or [`ErrorCode::FetchSessionTopicIdError`].
    pub fn check(&self, epoch: i32, by_id: bool) -> Result<(), ErrorCode> {
        if epoch != self.epoch {
            Err(ErrorCode::InvalidFetchSessionEpoch)
        } else if by_id != self.by_id {
            Err(ErrorCode::FetchSessionTopicIdError)
        } else {
            Ok(())
        }
    }

    /// Expects the request after the one that is being answered.
    pub fn advance(&mut self) {
        self.epoch = epoch_after(self.epoch);
    }

    /// Tells whether nothing was asked since the request of `epoch`, which may be answered then.
    #[must_use]
    pub fn is_answering(&self, epoch: i32) -> bool {
        self.epoch == epoch_after(epoch)
    }

    /// Adds or changes partitions, then forgets others.
    pub fn update(&mut self, topics: &[FetchTopic], forgotten: &[ForgottenTopic]) {
        for topic in topics {
            let key = self.key(&topic.topic, topic.topic_id);
            for wanted in &topic.partitions {
                self.set(&key, wanted);
            }
        }
        for topic in forgotten {
            let key = self.key(&topic.topic, topic.topic_id);
            for index in &topic.partitions {
                if let Some(place) = self.places.remove(&(key.clone(), *index)) {
                    self.order.remove(&place);
                }
            }
        }
    }

    /// Returns what is to be read, in order, as a full request would name it.
    #[must_use]
    pub fn wanted(&self) -> Vec<FetchTopic> {
        let mut topics: Vec<FetchTopic> = Vec::new();
        let mut last: Option<&TopicKey> = None;
        for partition in self.order.values() {
            if last == Some(&partition.topic)
                && let Some(topic) = topics.last_mut()
            {
                topic.partitions.push(partition.wanted.clone());
                continue;
            }
            last = Some(&partition.topic);
            let (topic, topic_id) = match &partition.topic {
                TopicKey::Name(name) => (name.to_string(), Uuid::ZERO),
                TopicKey::Id(id) => (String::new(), *id),
            };
            topics.push(FetchTopic { topic, topic_id, partitions: vec![partition.wanted.clone()] });
        }
        topics
    }

    /// Notes what the client is told, leaving out of `topics` what it knows already.
    ///
    /// It must learn of records, errors, a diverging epoch, a preferred replica, and of a high watermark or log start
    /// that moved. A last stable offset that moved alone is not told, as in Kafka: only records show it.
    pub fn note_response(&mut self, topics: &mut Vec<FetchableTopicResponse>) {
        for topic in topics.iter_mut() {
            let key = self.key(&topic.topic, topic.topic_id);
            topic.partitions.retain(|data| self.note(&key, data));
        }
        topics.retain(|topic| !topic.partitions.is_empty());
    }

    /// Notes what a full response tells, which leaves nothing out.
    pub fn note_full_response(&mut self, topics: &[FetchableTopicResponse]) {
        for topic in topics {
            let key = self.key(&topic.topic, topic.topic_id);
            for data in &topic.partitions {
                self.note(&key, data);
            }
        }
    }

    fn note(&mut self, topic: &TopicKey, data: &PartitionData) -> bool {
        let Some(place) = self.places.get_mut(&(topic.clone(), data.partition_index)) else {
            return true;
        };
        let Some(partition) = self.order.get_mut(place) else {
            return true;
        };
        let has_records = data.records.as_ref().map_or(0, Records::size_bytes) > 0;
        let is_error = data.error_code != ErrorCode::None.code();
        let is_told = has_records
            || is_error
            || data.high_watermark != partition.high_watermark
            || data.log_start_offset != partition.log_start_offset
            || data.preferred_read_replica >= 0
            || data.diverging_epoch != EpochEndOffset::default();
        // After an error the client is told again, whatever it knew.
        partition.high_watermark = if is_error { UNKNOWN_OFFSET } else { data.high_watermark };
        partition.log_start_offset = data.log_start_offset;
        if has_records && let Some(partition) = self.order.remove(place) {
            // To the end, so that a full response does not always hold the same partitions.
            *place = self.next_place;
            self.next_place += 1;
            self.order.insert(*place, partition);
        }
        is_told
    }

    fn set(&mut self, topic: &TopicKey, wanted: &FetchPartition) {
        let place = *self.places.entry((topic.clone(), wanted.partition)).or_insert(self.next_place);
        if let Some(partition) = self.order.get_mut(&place) {
            partition.wanted = wanted.clone();
            return;
        }
        self.next_place += 1;
        let partition = CachedPartition {
            topic: topic.clone(),
            wanted: wanted.clone(),
            high_watermark: UNKNOWN_OFFSET,
            log_start_offset: UNKNOWN_OFFSET,
        };
        self.order.insert(place, partition);
    }

    fn key(&self, name: &str, id: Uuid) -> TopicKey {
        if self.by_id { TopicKey::Id(id) } else { TopicKey::Name(Arc::from(name)) }
    }
}

/// The epoch that follows; it never becomes one that opens or closes.
fn epoch_after(epoch: i32) -> i32 {
    epoch.checked_add(1).unwrap_or(INITIAL_EPOCH + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(name: &str, partitions: &[(i32, i64)]) -> FetchTopic {
        let partition = |(partition, fetch_offset): &(i32, i64)| FetchPartition {
            partition: *partition,
            fetch_offset: *fetch_offset,
            ..FetchPartition::default()
        };
        FetchTopic {
            topic: name.to_owned(),
            topic_id: Uuid::ZERO,
            partitions: partitions.iter().map(partition).collect(),
        }
    }

    fn quiet(partition_index: i32) -> PartitionData {
        PartitionData { partition_index, high_watermark: 5, log_start_offset: 0, ..PartitionData::default() }
    }

    fn with_records(partition_index: i32) -> PartitionData {
        PartitionData { records: Some(Records::Deferred(10)), ..quiet(partition_index) }
    }

    /// Answers with `data` of topic `t` and returns the partitions that are told.
    fn answer(session: &mut FetchSession, data: Vec<PartitionData>) -> Vec<i32> {
        let topic = FetchableTopicResponse { topic: "t".to_owned(), topic_id: Uuid::ZERO, partitions: data };
        let mut topics = vec![topic];
        session.note_response(&mut topics);
        topics.iter().flat_map(|topic| &topic.partitions).map(|data| data.partition_index).collect()
    }

    fn order(session: &FetchSession) -> Vec<(String, i32, i64)> {
        let wanted = session.wanted();
        let topics = wanted.iter();
        topics
            .flat_map(|topic| topic.partitions.iter().map(|wanted| (topic.topic.clone(), wanted)))
            .map(|(name, wanted)| (name, wanted.partition, wanted.fetch_offset))
            .collect()
    }

    fn open(partitions: &[(i32, i64)]) -> FetchSession {
        let mut session = FetchSession::open(&[topic("t", partitions)], false);
        let data = partitions.iter().map(|(index, _)| quiet(*index)).collect();
        session.note_full_response(&[FetchableTopicResponse {
            topic: "t".to_owned(),
            partitions: data,
            ..FetchableTopicResponse::default()
        }]);
        session
    }

    #[test]
    fn what_the_client_knows_is_left_out() {
        let mut session = open(&[(0, 0), (1, 0)]);
        assert!(answer(&mut session, vec![quiet(0), quiet(1)]).is_empty());
        assert_eq!(answer(&mut session, vec![quiet(0), with_records(1)]), [1]);
        assert_eq!(answer(&mut session, vec![quiet(0), with_records(1)]), [1], "records are always told");
    }

    #[test]
    fn a_high_watermark_or_log_start_that_moved_is_told_once() {
        let mut session = open(&[(0, 0)]);
        let moved = PartitionData { high_watermark: 6, ..quiet(0) };
        assert_eq!(answer(&mut session, vec![moved.clone()]), [0]);
        assert!(answer(&mut session, vec![moved.clone()]).is_empty());
        let trimmed = PartitionData { log_start_offset: 3, ..moved };
        assert_eq!(answer(&mut session, vec![trimmed.clone()]), [0]);
        assert!(answer(&mut session, vec![trimmed]).is_empty());
    }

    #[test]
    fn an_error_is_told_every_time_and_its_end_too() {
        let mut session = open(&[(0, 0)]);
        let failed = PartitionData {
            error_code: ErrorCode::NotLeaderOrFollower.code(),
            high_watermark: -1,
            ..quiet(0)
        };
        assert_eq!(answer(&mut session, vec![failed.clone()]), [0]);
        assert_eq!(answer(&mut session, vec![failed]), [0]);
        assert_eq!(answer(&mut session, vec![quiet(0)]), [0]);
        assert!(answer(&mut session, vec![quiet(0)]).is_empty());
    }

    #[test]
    fn a_diverging_epoch_and_a_preferred_replica_are_told() {
        let mut session = open(&[(0, 0)]);
        let diverging = EpochEndOffset { epoch: 1, end_offset: 2 };
        assert_eq!(answer(&mut session, vec![PartitionData { diverging_epoch: diverging, ..quiet(0) }]), [0]);
        assert_eq!(answer(&mut session, vec![PartitionData { preferred_read_replica: 2, ..quiet(0) }]), [0]);
    }

    #[test]
    fn whoever_was_given_data_is_read_last_next_time() {
        let mut session = open(&[(0, 0), (1, 0), (2, 0)]);
        answer(&mut session, vec![with_records(0), quiet(1), quiet(2)]);
        let indexes =
            |session: &FetchSession| order(session).into_iter().map(|(_, index, _)| index).collect();
        let rotated: Vec<i32> = indexes(&session);
        assert_eq!(rotated, [1, 2, 0]);
        answer(&mut session, vec![with_records(1), with_records(2)]);
        let rotated: Vec<i32> = indexes(&session);
        assert_eq!(rotated, [0, 1, 2]);
    }

    #[test]
    fn requests_add_change_and_forget_partitions() {
        let mut session = open(&[(0, 0), (1, 0)]);
        session.update(&[topic("t", &[(1, 7)]), topic("u", &[(0, 1)])], &[]);
        let of = |name: &str, index, offset| (name.to_owned(), index, offset);
        assert_eq!(order(&session), [of("t", 0, 0), of("t", 1, 7), of("u", 0, 1)]);
        let forgotten =
            ForgottenTopic { topic: "t".to_owned(), partitions: vec![0, 1, 9], ..ForgottenTopic::default() };
        session.update(&[], &[forgotten]);
        assert_eq!((order(&session), session.len()), (vec![of("u", 0, 1)], 1));
        // A partition that comes back is told of from the start.
        session.update(&[topic("t", &[(0, 0)])], &[]);
        assert_eq!(answer(&mut session, vec![quiet(0)]), [0]);
    }

    #[test]
    fn partitions_that_are_named_twice_are_kept_once() {
        let session = FetchSession::open(&[topic("t", &[(0, 0), (0, 3)])], false);
        assert_eq!(order(&session), [("t".to_owned(), 0, 3)]);
    }

    #[test]
    fn requests_come_in_the_order_of_their_epochs_and_name_topics_one_way() {
        let mut session = open(&[(0, 0)]);
        assert_eq!(session.check(1, false), Ok(()));
        assert_eq!(session.check(2, false), Err(ErrorCode::InvalidFetchSessionEpoch));
        assert_eq!(session.check(1, true), Err(ErrorCode::FetchSessionTopicIdError));
        session.advance();
        assert!(session.is_answering(1));
        assert_eq!(session.check(1, false), Err(ErrorCode::InvalidFetchSessionEpoch));
        session.epoch = i32::MAX;
        session.advance();
        assert_eq!(session.check(1, false), Ok(()));
    }

    #[test]
    fn topics_by_id_are_told_apart_by_id() {
        let by_id = |byte| FetchTopic { topic_id: Uuid([byte; 16]), ..topic("", &[(0, 0)]) };
        let session = FetchSession::open(&[by_id(1), by_id(2)], true);
        assert_eq!(session.wanted(), [by_id(1), by_id(2)]);
    }
}
