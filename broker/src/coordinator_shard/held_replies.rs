//! Answers that wait until what they say is durable.
//!
//! Every answer of a shard says something about its records, reads included: each waits until the high watermark
//! reaches the end of the log as it was when the answer was made.

use std::collections::VecDeque;

use super::step::ReplyToken;

/// Answers of one shard in the order they were made.
#[derive(Debug)]
pub struct HeldReplies<R> {
    /// End offset of the log, exclusive, and the answers made then; offsets never decrease.
    queue: VecDeque<(i64, Vec<(ReplyToken, R)>)>,
}

impl<R> Default for HeldReplies<R> {
    fn default() -> Self {
        Self { queue: VecDeque::new() }
    }
}

impl<R> HeldReplies<R> {
    /// Holds `replies` until the high watermark reaches `end_offset`, the end of the log after the records that
    /// the replies came with.
    pub fn hold(&mut self, end_offset: i64, replies: Vec<(ReplyToken, R)>) {
        debug_assert!(self.queue.back().is_none_or(|(last, _)| *last <= end_offset), "a log only grows");
        if !replies.is_empty() {
            self.queue.push_back((end_offset, replies));
        }
    }

    /// Takes the answers that the high watermark covers.
    pub fn release(&mut self, high_watermark: i64) -> Vec<(ReplyToken, R)> {
        let covered = self.queue.partition_point(|(end_offset, _)| *end_offset <= high_watermark);
        self.queue.drain(..covered).flat_map(|(_, replies)| replies).collect()
    }

    /// Returns the high watermark that the oldest answers wait for.
    #[must_use]
    pub fn next_offset(&self) -> Option<i64> {
        self.queue.front().map(|(end_offset, _)| *end_offset)
    }

    /// Throws the answers away with their shard and returns who waits for them.
    pub fn discard(&mut self) -> Vec<ReplyToken> {
        self.queue.drain(..).flat_map(|(_, replies)| replies).map(|(token, _)| token).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(token: u64) -> (ReplyToken, &'static str) {
        (ReplyToken(token), "reply")
    }

    fn tokens(replies: Vec<(ReplyToken, &str)>) -> Vec<u64> {
        replies.into_iter().map(|(token, _)| token.0).collect()
    }

    #[test]
    fn an_answer_leaves_when_the_high_watermark_covers_the_records_before_it() {
        let mut held = HeldReplies::default();
        held.hold(3, vec![reply(1)]);
        held.hold(3, vec![reply(2)]);
        held.hold(5, vec![reply(3)]);
        assert!(held.release(2).is_empty());
        assert_eq!(held.next_offset(), Some(3));
        assert_eq!(tokens(held.release(4)), [1, 2]);
        assert_eq!(tokens(held.release(5)), [3]);
        assert_eq!(held.next_offset(), None);
    }

    #[test]
    fn answers_that_are_thrown_away_leave_their_tokens() {
        let mut held = HeldReplies::default();
        held.hold(3, vec![reply(1), reply(2)]);
        assert_eq!(held.discard(), [ReplyToken(1), ReplyToken(2)]);
        assert!(held.release(10).is_empty());
    }
}
