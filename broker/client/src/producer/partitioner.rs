//! Who chooses the partition of a record that names none.
//!
//! Records with a key go by Kafka's murmur2, so that every client of the cluster puts a key in the same
//! partition. Records without one go to a sticky partition that changes with each `batch.size` bytes (KIP-794;
//! its adaptive part, which prefers fast brokers, is not implemented).

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a partitioner may look at.
#[derive(Debug, Clone, Copy)]
pub struct PartitionerInput<'a> {
    /// Topic of the record.
    pub topic: &'a str,
    /// Key of the record.
    pub key: Option<&'a [u8]>,
    /// Value of the record.
    pub value: Option<&'a [u8]>,
    /// Partitions of the topic, at least 1.
    pub partitions: i32,
}

/// Chooses partitions; called by every sending thread.
pub trait Partitioner: fmt::Debug + Send + Sync {
    /// Returns the partition, or `None` to leave the record to the sticky partition.
    fn partition(&self, input: &PartitionerInput<'_>) -> Option<i32>;
}

/// Kafka's default: murmur2 of the key, sticky without one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct KeyPartitioner;

impl Partitioner for KeyPartitioner {
    fn partition(&self, input: &PartitionerInput<'_>) -> Option<i32> {
        input.key.map(|key| murmur2_partition(key, input.partitions))
    }
}

/// Always the sticky partition, whatever the key.
#[derive(Debug, Clone, Copy, Default)]
pub struct StickyPartitioner;

impl Partitioner for StickyPartitioner {
    fn partition(&self, _input: &PartitionerInput<'_>) -> Option<i32> {
        None
    }
}

/// One partition after the other, whatever the key and topic.
#[derive(Debug, Default)]
pub struct RoundRobinPartitioner {
    next: AtomicU32,
}

impl Partitioner for RoundRobinPartitioner {
    fn partition(&self, input: &PartitionerInput<'_>) -> Option<i32> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) & 0x7fff_ffff;
        let turn = i32::try_from(turn).expect("the sign bit was cleared");
        Some(turn % input.partitions.max(1))
    }
}

/// Returns the partition of `key` among `partitions` (at least 1), as Kafka's default partitioner places it.
#[must_use]
pub fn murmur2_partition(key: &[u8], partitions: i32) -> i32 {
    let positive = i32::try_from(murmur2(key) & 0x7fff_ffff).expect("the sign bit was cleared");
    positive % partitions.max(1)
}

/// MurmurHash2 with 32 bits (Appleby, public domain) and Kafka's seed.
fn murmur2(data: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    // Keys are far below 4 GiB; the wire format allows 2 GiB.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the hash is defined on the low 32 bits of the length"
    )]
    let length = data.len() as u32;
    let mut hash = SEED ^ length;
    let (blocks, tail) = data.as_chunks::<4>();
    for block in blocks {
        let mut k = u32::from_le_bytes(*block).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        for (index, byte) in tail.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * index);
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn murmur2_gives_the_values_of_kafkas_own_test() {
        let expected: [(&str, i32); 6] = [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ];
        for (key, hash) in &expected {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), *hash, "{key}");
        }
    }

    #[test]
    fn round_robin_visits_every_partition_in_turn() {
        let partitioner = RoundRobinPartitioner::default();
        let input = PartitionerInput { topic: "t", key: Some(b"k"), value: None, partitions: 3 };
        let visited: Vec<Option<i32>> = (0..5).map(|_| partitioner.partition(&input)).collect();
        assert_eq!(visited, [Some(0), Some(1), Some(2), Some(0), Some(1)]);
    }
}
