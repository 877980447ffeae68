//! One shard at work: loads it from its log, serves requests, and loads it again after a failed append.
//!
//! The task is the only one that touches its shard. Requests wait in a bounded queue; those that came in while one
//! batch was appended share the next.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::{Clock, Now, SeededRandom};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::RecordBatch;
use tokio::sync::{mpsc, oneshot};

use super::batches::batches;
use super::held_replies::HeldReplies;
use super::shard::Shard;
use super::shard_log::{ShardLog, ShardLogError, WhenDurable};
use super::step::{Output, ProducerCheck, ReplyToken};

/// Requests that are handled before their records are appended together.
const MAX_REQUESTS_PER_APPEND: usize = 64;

/// What a request is answered.
pub(super) type Answer<S> = Result<<S as Shard>::Reply, ErrorCode>;

/// What a shard's queue carries.
pub(super) enum Job<S: Shard> {
    /// A request and who waits for its reply.
    Request { request: S::Request, answer: oneshot::Sender<Answer<S>> },
    /// Topics that were deleted.
    TopicsDeleted(Vec<String>),
}

impl<S: Shard> Job<S> {
    fn producer_check(&self) -> Option<ProducerCheck> {
        match self {
            Self::Request { request, .. } => S::producer_check(request),
            Self::TopicsDeleted(_) => None,
        }
    }
}

/// What a shard is made of.
pub(super) struct ShardOptions<S: Shard, L> {
    pub(super) log: Arc<L>,
    pub(super) config: S::Config,
    pub(super) clock: Arc<dyn Clock>,
    /// Seeds what the shard chooses at random.
    pub(super) seed: u64,
    /// How long a shard whose log failed waits before it is loaded again.
    pub(super) reload_pause: Duration,
}

/// A shard, its log and its queue.
pub(super) struct ShardTask<S: Shard, L> {
    log: Arc<L>,
    config: S::Config,
    clock: Arc<dyn Clock>,
    random: SeededRandom,
    reload_pause: Duration,
    jobs: mpsc::Receiver<Job<S>>,
    /// Taken from the queue, but to be handled in a step of its own.
    next_job: Option<Job<S>>,
    waiting: HashMap<ReplyToken, oneshot::Sender<Answer<S>>>,
    next_token: u64,
    /// Topics that were deleted while the shard was not there to be told.
    deleted_topics: Vec<String>,
}

/// Why a shard stopped serving.
enum Stopped {
    /// The queue was closed: the broker stops.
    Closed,
    /// The log failed.
    LogFailed(ShardLogError),
}

/// A loaded shard and the answers it holds.
struct Serving<S: Shard> {
    shard: S,
    held: HeldReplies<S::Reply>,
    end_offset: i64,
    /// Ready when the log is durable up to `end_offset` as it was when this was made.
    durable: Option<WhenDurable>,
}

impl<S: Shard, L: ShardLog> ShardTask<S, L> {
    pub(super) fn new(options: ShardOptions<S, L>, jobs: mpsc::Receiver<Job<S>>) -> Self {
        let ShardOptions { log, config, clock, seed, reload_pause } = options;
        let random = SeededRandom::new(seed);
        Self {
            log,
            config,
            clock,
            random,
            reload_pause,
            jobs,
            next_job: None,
            waiting: HashMap::new(),
            next_token: 0,
            deleted_topics: Vec::new(),
        }
    }

    /// Runs until the queue is closed.
    pub(super) async fn run(mut self) {
        loop {
            let stopped = match self.load().await {
                Ok(shard) => self.serve(shard).await,
                Err(stopped) => stopped,
            };
            match stopped {
                Stopped::Closed => return self.answer_all(ErrorCode::CoordinatorNotAvailable),
                Stopped::LogFailed(error) => {
                    tracing::error!(coordinator = S::NAME, %error, "a shard lost its log and is loaded again");
                    self.answer_all(match error {
                        ShardLogError::TooLarge => ErrorCode::UnknownServerError,
                        _ => ErrorCode::CoordinatorNotAvailable,
                    });
                }
            }
            let pause = tokio::time::sleep(self.reload_pause);
            tokio::pin!(pause);
            if self.refuse_until(pause, ErrorCode::CoordinatorNotAvailable).await.is_none() {
                return;
            }
        }
    }

    /// Replays the log into a new shard; requests that come meanwhile are told to try again.
    async fn load(&mut self) -> Result<Serving<S>, Stopped> {
        // What a shard before this one wrote last may not be durable yet, but it will be.
        let durable = self.log.when_durable(self.log.end_offset());
        let durable = self.refuse_until(durable, ErrorCode::CoordinatorLoadInProgress).await;
        durable.ok_or(Stopped::Closed)?.map_err(Stopped::LogFailed)?;
        let (log, config) = (Arc::clone(&self.log), self.config.clone());
        let loading = tokio::task::spawn_blocking(move || replay::<S, L>(log.as_ref(), config));
        let loaded =
            self.refuse_until(loading, ErrorCode::CoordinatorLoadInProgress).await.ok_or(Stopped::Closed)?;
        // A panic is a bug of the replay: the shard stays unavailable, the broker goes on.
        let loaded = loaded.map_err(|panic| ShardLogError::Unavailable { reason: panic.to_string() });
        let (mut shard, end_offset) = loaded.and_then(|loaded| loaded).map_err(Stopped::LogFailed)?;
        shard.note_end_offset(end_offset);
        let output = shard.finish_loading(self.clock.now());
        tracing::info!(coordinator = S::NAME, end_offset, entries = shard.entry_count(), "loaded a shard");
        let mut serving = Serving { shard, held: HeldReplies::default(), end_offset, durable: None };
        self.append(&mut serving, output).await.map_err(Stopped::LogFailed)?;
        let forgotten = serving.shard.on_topics_deleted(self.clock.now(), &self.deleted_topics);
        self.append(&mut serving, forgotten).await.map_err(Stopped::LogFailed)?;
        self.deleted_topics.clear();
        Ok(serving)
    }

    /// Answers every request with `error` until `done` is; `None` if the queue is closed before.
    async fn refuse_until<T>(&mut self, done: impl Future<Output = T>, error: ErrorCode) -> Option<T> {
        tokio::pin!(done);
        loop {
            tokio::select! {
                result = &mut done => return Some(result),
                job = self.jobs.recv() => match job? {
                    Job::Request { answer, .. } => send(answer, Err(error)),
                    Job::TopicsDeleted(topics) => self.deleted_topics.extend(topics),
                },
            }
        }
    }

    async fn serve(&mut self, mut serving: Serving<S>) -> Stopped {
        loop {
            let deadline = serving.shard.next_deadline();
            let until_deadline = deadline.map(|deadline| deadline.saturating_sub(self.clock.now().monotonic));
            let step = tokio::select! {
                durable = when(serving.durable.as_mut()) => {
                    serving.durable = None;
                    match durable {
                        Ok(()) => Output::default(),
                        Err(error) => return self.throw_away(serving, error),
                    }
                }
                job = next_job(&mut self.next_job, &mut self.jobs) => match job {
                    Some(job) => self.handle_queued(&mut serving.shard, job),
                    None => return self.finish(serving).await,
                },
                () = sleep(until_deadline) => serving.shard.on_time(self.clock.now()),
            };
            if let Err(error) = self.append(&mut serving, step).await {
                return self.throw_away(serving, error);
            }
        }
    }

    /// Sends what can still become durable before the broker stops.
    async fn finish(&mut self, mut serving: Serving<S>) -> Stopped {
        while let Some(durable) = serving.durable.take() {
            let sent = match durable.await {
                Ok(()) => self.append(&mut serving, Output::default()).await,
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                tracing::warn!(coordinator = S::NAME, %error, "a shard stopped with answers it could not give");
                break;
            }
        }
        Stopped::Closed
    }

    /// Handles `job` and those behind it that are there already.
    ///
    /// What the log must agree to is asked when everything before it was appended: a step of its own.
    fn handle_queued(&mut self, shard: &mut S, job: Job<S>) -> Output<S::Reply, S::Entry> {
        let now = self.clock.now();
        let is_alone = job.producer_check().is_some();
        let mut all = self.handle(shard, now, job);
        for _ in 1..MAX_REQUESTS_PER_APPEND {
            if is_alone {
                break;
            }
            let Ok(job) = self.jobs.try_recv() else { break };
            if job.producer_check().is_some() {
                self.next_job = Some(job);
                break;
            }
            all.extend(self.handle(shard, now, job));
        }
        all
    }

    fn handle(&mut self, shard: &mut S, now: Now, job: Job<S>) -> Output<S::Reply, S::Entry> {
        let check = job.producer_check();
        match job {
            Job::Request { request, answer } => {
                if let Some(Err(error)) = check.map(|check| self.log.check(check)) {
                    send(answer, Err(error));
                    return Output::default();
                }
                let token = ReplyToken(self.next_token);
                self.next_token += 1;
                match shard.handle(now, &mut self.random, request, token) {
                    Ok(output) => {
                        self.waiting.insert(token, answer);
                        output
                    }
                    Err(error) => {
                        send(answer, Err(error));
                        Output::default()
                    }
                }
            }
            Job::TopicsDeleted(topics) => shard.on_topics_deleted(now, &topics),
        }
    }

    /// Appends the records of a step and sends what is durable.
    async fn append(
        &mut self,
        serving: &mut Serving<S>,
        output: Output<S::Reply, S::Entry>,
    ) -> Result<(), ShardLogError> {
        let entries = output.records.into_iter().map(S::Entry::into);
        for batch in batches(entries, self.clock.now().wall_ms) {
            serving.end_offset = self.log.append(batch).await?;
        }
        serving.held.hold(serving.end_offset, output.replies);
        for (token, reply) in serving.held.release(self.log.high_watermark()) {
            if let Some(answer) = self.waiting.remove(&token) {
                send(answer, Ok(reply));
            }
        }
        if serving.durable.is_none()
            && let Some(end_offset) = serving.held.next_offset()
        {
            serving.durable = Some(self.log.when_durable(end_offset));
        }
        Ok(())
    }

    /// Gives a shard up whose records are lost: nobody may learn what it said.
    fn throw_away(&mut self, mut serving: Serving<S>, error: ShardLogError) -> Stopped {
        let lost = serving.held.discard().len() + serving.shard.into_parked().len();
        tracing::warn!(coordinator = S::NAME, lost, "threw answers away that were not durable");
        Stopped::LogFailed(error)
    }

    fn answer_all(&mut self, error: ErrorCode) {
        for (_, answer) in self.waiting.drain() {
            send(answer, Err(error));
        }
    }
}

/// Nobody waits any longer when the connection was closed.
fn send<R>(answer: oneshot::Sender<Result<R, ErrorCode>>, reply: Result<R, ErrorCode>) {
    let _ = answer.send(reply);
}

async fn when(durable: Option<&mut WhenDurable>) -> Result<(), ShardLogError> {
    match durable {
        Some(durable) => durable.await,
        None => std::future::pending().await,
    }
}

async fn next_job<S: Shard>(next: &mut Option<Job<S>>, queue: &mut mpsc::Receiver<Job<S>>) -> Option<Job<S>> {
    match next.take() {
        Some(job) => Some(job),
        None => queue.recv().await,
    }
}

async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}

/// Replays what the log holds; returns the shard and the end of what was read.
fn replay<S: Shard, L: ShardLog>(log: &L, config: S::Config) -> Result<(S, i64), ShardLogError> {
    let mut shard = S::new(config);
    let mut offset = log.start_offset();
    while let Some(stored) = log.read_from(offset)? {
        let mut bytes = stored.bytes;
        let damaged = |reason: String| ShardLogError::Damaged { offset, reason };
        while let Some(batch) =
            RecordBatch::decode_next(&mut bytes).map_err(|error| damaged(error.to_string()))?
        {
            shard.replay(&batch).map_err(damaged)?;
        }
        offset = stored.end_offset;
    }
    Ok((shard, offset.max(log.high_watermark())))
}
