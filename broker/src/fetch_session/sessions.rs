//! A Fetch request on its way through its session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::fetch::{FetchRequest, FetchResponse};

use super::session::{FINAL_EPOCH, FetchSession, INITIAL_EPOCH};
use super::slots::{SessionSlots, SlotLimits};

/// The id that stands for no session.
const NO_SESSION: i32 = 0;
/// Partitions that all sessions hold together; about 250 bytes each.
const MAX_PARTITIONS: usize = 200_000;

/// All sessions of a broker.
///
/// A request without a session takes no lock. Lock a session before the slots, never after.
#[derive(Debug)]
pub struct FetchSessions {
    slots: Mutex<SessionSlots<Arc<Mutex<FetchSession>>>>,
    /// As many as the slots counted when somebody last asked.
    evictions_told: AtomicU64,
}

/// What a request has to do with sessions.
#[derive(Debug)]
pub enum Ticket {
    /// Nothing, or it closed one.
    Sessionless,
    /// It opens one with the partitions it names.
    Opens {
        /// Whether it names topics by id.
        by_id: bool,
    },
    /// It continues one; it was `epoch`.
    Continues {
        /// The session's id.
        id: i32,
        /// The request's epoch.
        epoch: i32,
        /// The session.
        session: Arc<Mutex<FetchSession>>,
    },
}

/// How many sessions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionCounts {
    /// Sessions.
    pub sessions: usize,
    /// Their partitions.
    pub partitions: usize,
    /// Sessions closed to make room since this was last asked.
    pub new_evictions: u64,
}

impl FetchSessions {
    /// Makes room for `max_sessions` (`max.incremental.fetch.session.cache.slots`); their ids come from `seed`.
    #[must_use]
    pub fn new(max_sessions: usize, seed: u64) -> Self {
        let limits = SlotLimits { sessions: max_sessions, partitions: MAX_PARTITIONS };
        Self { slots: Mutex::new(SessionSlots::new(limits, seed)), evictions_told: AtomicU64::new(0) }
    }

    /// Finds the session of a request and puts all it reads into the request; `by_id` says how it names topics.
    ///
    /// # Errors
    /// The code of the response: FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH or
    /// FETCH_SESSION_TOPIC_ID_ERROR.
    pub fn begin(&self, now: Duration, request: &mut FetchRequest, by_id: bool) -> Result<Ticket, ErrorCode> {
        let (id, epoch) = (request.session_id, request.session_epoch);
        if epoch == INITIAL_EPOCH || epoch == FINAL_EPOCH {
            if id != NO_SESSION {
                self.slots.lock().close(id);
            }
            if epoch == FINAL_EPOCH || request.topics.is_empty() {
                return Ok(Ticket::Sessionless);
            }
            return Ok(Ticket::Opens { by_id });
        }
        let found = self.slots.lock().get(id);
        let session = found.ok_or(ErrorCode::FetchSessionIdNotFound)?;
        let mut open = session.lock();
        open.check(epoch, by_id)?;
        open.update(&request.topics, &request.forgotten_topics_data);
        if open.is_empty() {
            self.slots.lock().close(id);
            return Ok(Ticket::Sessionless);
        }
        open.advance();
        // One that was closed meanwhile, or has grown too large, is gone: the client asks for everything again.
        if !self.slots.lock().touch(now, id, open.len()) {
            return Err(ErrorCode::FetchSessionIdNotFound);
        }
        request.topics = open.wanted();
        drop(open);
        Ok(Ticket::Continues { id, epoch, session })
    }

    /// Notes what the client is told, and leaves out what it knows.
    pub fn finish(
        &self,
        now: Duration,
        ticket: Ticket,
        request: &FetchRequest,
        response: &mut FetchResponse,
    ) {
        match ticket {
            Ticket::Sessionless => {}
            Ticket::Opens { by_id } => {
                let size = request.topics.iter().map(|topic| topic.partitions.len()).sum();
                let make = || {
                    let mut session = FetchSession::open(&request.topics, by_id);
                    session.note_full_response(&response.responses);
                    Arc::new(Mutex::new(session))
                };
                response.session_id = self.slots.lock().open(now, size, make).unwrap_or(NO_SESSION);
            }
            Ticket::Continues { id, epoch, session } => {
                let mut session = session.lock();
                response.session_id = id;
                if session.is_answering(epoch) {
                    session.note_response(&mut response.responses);
                } else {
                    response.responses.clear();
                    response.error_code = ErrorCode::InvalidFetchSessionEpoch.code();
                }
            }
        }
    }

    /// Counts sessions, for metrics.
    pub fn counts(&self) -> SessionCounts {
        let slots = self.slots.lock();
        let told = self.evictions_told.swap(slots.evictions(), Ordering::AcqRel);
        SessionCounts {
            sessions: slots.len(),
            partitions: slots.partitions(),
            new_evictions: slots.evictions() - told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_protocol::messages::fetch::{
        FetchPartition, FetchTopic, FetchableTopicResponse, ForgottenTopic, PartitionData,
    };

    fn request(session_id: i32, session_epoch: i32, partitions: &[i32]) -> FetchRequest {
        let partition = |partition: &i32| FetchPartition { partition: *partition, ..Default::default() };
        let topic = FetchTopic {
            topic: "t".to_owned(),
            partitions: partitions.iter().map(partition).collect(),
            ..FetchTopic::default()
        };
        let topics = if partitions.is_empty() { Vec::new() } else { vec![topic] };
        FetchRequest { session_id, session_epoch, topics, ..FetchRequest::default() }
    }

    fn forget(session_id: i32, session_epoch: i32, partitions: &[i32]) -> FetchRequest {
        let forgotten =
            ForgottenTopic { topic: "t".to_owned(), partitions: partitions.to_vec(), ..Default::default() };
        FetchRequest { forgotten_topics_data: vec![forgotten], ..request(session_id, session_epoch, &[]) }
    }

    struct Answered {
        session_id: i32,
        /// What was read.
        read: Vec<i32>,
        /// What was told of that.
        told: Vec<i32>,
        error_code: i16,
    }

    /// Reads what the request names, all of it without records, and answers.
    fn answer(sessions: &FetchSessions, request: &FetchRequest, ticket: Ticket) -> Answered {
        let read: Vec<i32> = request
            .topics
            .iter()
            .flat_map(|topic| &topic.partitions)
            .map(|wanted| wanted.partition)
            .collect();
        let data = |index: &i32| PartitionData { partition_index: *index, ..PartitionData::default() };
        let topic = FetchableTopicResponse {
            topic: "t".to_owned(),
            partitions: read.iter().map(data).collect(),
            ..FetchableTopicResponse::default()
        };
        let mut response = FetchResponse { responses: vec![topic], ..FetchResponse::default() };
        sessions.finish(Duration::ZERO, ticket, request, &mut response);
        let told = response.responses.iter().flat_map(|topic| &topic.partitions);
        let told = told.map(|data| data.partition_index).collect();
        Answered { session_id: response.session_id, read, told, error_code: response.error_code }
    }

    fn ask(sessions: &FetchSessions, mut request: FetchRequest) -> Result<Answered, ErrorCode> {
        let ticket = sessions.begin(Duration::ZERO, &mut request, false)?;
        Ok(answer(sessions, &request, ticket))
    }

    #[test]
    fn an_incremental_request_reads_everything_and_tells_what_is_new() {
        let sessions = FetchSessions::new(10, 1);
        let opened = ask(&sessions, request(0, 0, &[0, 1])).unwrap();
        assert!(opened.session_id != 0);
        assert_eq!((opened.read, opened.told), (vec![0, 1], vec![0, 1]));
        let next = ask(&sessions, request(opened.session_id, 1, &[2])).unwrap();
        assert_eq!((next.session_id, next.read, next.told), (opened.session_id, vec![0, 1, 2], vec![2]));
    }

    #[test]
    fn a_request_without_a_session_leaves_nothing_behind() {
        let sessions = FetchSessions::new(10, 1);
        for request in [request(0, -1, &[0]), request(0, 0, &[])] {
            assert_eq!(ask(&sessions, request).unwrap().session_id, 0);
        }
        assert_eq!(sessions.counts().sessions, 0);
    }

    #[test]
    fn a_full_request_closes_the_session_that_it_names() {
        let sessions = FetchSessions::new(10, 1);
        let first = ask(&sessions, request(0, 0, &[0])).unwrap().session_id;
        let second = ask(&sessions, request(first, 0, &[0])).unwrap().session_id;
        assert!(second != 0 && second != first);
        assert_eq!(ask(&sessions, request(second, -1, &[0])).unwrap().session_id, 0);
        for id in [first, second] {
            assert_eq!(ask(&sessions, request(id, 1, &[])).err(), Some(ErrorCode::FetchSessionIdNotFound));
        }
        assert_eq!(sessions.counts().partitions, 0);
    }

    #[test]
    fn a_session_whose_partitions_are_all_forgotten_is_closed() {
        let sessions = FetchSessions::new(10, 1);
        let id = ask(&sessions, request(0, 0, &[0, 1])).unwrap().session_id;
        assert_eq!(ask(&sessions, forget(id, 1, &[0])).unwrap().read, [1]);
        assert_eq!(sessions.counts().partitions, 1);
        assert_eq!(ask(&sessions, forget(id, 2, &[1])).unwrap().session_id, 0);
        assert_eq!(sessions.counts().sessions, 0);
    }

    #[test]
    fn a_request_that_was_overtaken_is_not_answered_with_data() {
        let sessions = FetchSessions::new(10, 1);
        let id = ask(&sessions, request(0, 0, &[0])).unwrap().session_id;
        let mut slow = request(id, 1, &[1]);
        let ticket = sessions.begin(Duration::ZERO, &mut slow, false).unwrap();
        let again = ask(&sessions, request(id, 1, &[1])).err();
        assert_eq!(again, Some(ErrorCode::InvalidFetchSessionEpoch), "a duplicate");
        assert_eq!(ask(&sessions, request(id, 2, &[])).unwrap().told, [1]);
        let overtaken = answer(&sessions, &slow, ticket);
        assert_eq!(overtaken.error_code, ErrorCode::InvalidFetchSessionEpoch.code());
        assert!(overtaken.told.is_empty());
    }

    #[test]
    fn a_session_that_was_closed_meanwhile_is_still_answered_once() {
        let sessions = FetchSessions::new(10, 1);
        let id = ask(&sessions, request(0, 0, &[0])).unwrap().session_id;
        let mut slow = request(id, 1, &[1]);
        let ticket = sessions.begin(Duration::ZERO, &mut slow, false).unwrap();
        ask(&sessions, request(id, -1, &[0])).unwrap();
        assert_eq!(answer(&sessions, &slow, ticket).told, [1]);
        assert_eq!(ask(&sessions, request(id, 2, &[])).err(), Some(ErrorCode::FetchSessionIdNotFound));
    }

    #[test]
    fn evictions_are_counted_once() {
        let sessions = FetchSessions::new(1, 1);
        ask(&sessions, request(0, 0, &[0])).unwrap();
        let mut full = request(0, 0, &[0]);
        let late = Duration::from_secs(121);
        let ticket = sessions.begin(late, &mut full, false).unwrap();
        let mut response = FetchResponse::default();
        sessions.finish(late, ticket, &full, &mut response);
        assert!(response.session_id != 0);
        assert_eq!(sessions.counts().new_evictions, 1);
        assert_eq!(sessions.counts(), SessionCounts { sessions: 1, partitions: 1, new_evictions: 0 });
    }
}
