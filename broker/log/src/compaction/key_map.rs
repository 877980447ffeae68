//! The last offset of each key, in memory whose size is fixed beforehand.
//!
//! Keys are known by 128 bits of a keyed hash: nobody who does not know the seed can choose two keys that collide,
//! which would delete records of one of them. 24 bytes a slot, open addressing, no deletion.

use std::hash::{DefaultHasher, Hasher};

/// Bytes of a slot: the hash, and the offset plus one.
const SLOT_BYTES: usize = 24;

/// How large a key map may become.
#[derive(Debug, Clone, Copy)]
pub struct KeyMapOptions {
    /// `log.cleaner.dedupe.buffer.size`, or a thread's share of it: bytes.
    pub memory_bytes: usize,
    /// `log.cleaner.io.buffer.load.factor`: share of the slots that may be taken; between 0 and 1.
    pub load_factor: f64,
    /// Something that those who choose keys do not know.
    pub seed: u128,
}

/// The last offset of each key. Invariant: at least one slot is free, so that every search ends.
#[derive(Debug)]
pub(super) struct KeyMap {
    slots: Vec<[u64; 3]>,
    len: usize,
    max_len: usize,
    seed: [u64; 2],
}

/// There is no room for another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

impl KeyMap {
    /// Makes an empty map for at most `most_keys` keys, or as many as `options` have room for.
    pub(super) fn new(options: KeyMapOptions, most_keys: u64) -> Self {
        let load_factor = options.load_factor.clamp(0.01, 0.99);
        let affordable = (options.memory_bytes / SLOT_BYTES).max(2);
        #[expect(clippy::cast_precision_loss, reason = "a size, which may be rounded")]
        let wanted = most_keys as f64 / load_factor;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative; saturates"
        )]
        let slots = affordable.min((wanted as usize).saturating_add(2));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "between 0 and the number of slots"
        )]
        let max_len = ((slots as f64 * load_factor) as usize).clamp(1, slots - 1);
        let [high, low] = [options.seed >> 64, options.seed]
            .map(|half| u64::from_le_bytes(half.to_le_bytes()[..8].try_into().expect("8 of 16 bytes")));
        Self { slots: vec![[0; 3]; slots], len: 0, max_len, seed: [high, low] }
    }

    /// Notes that `key` was written at `offset`, which must not be negative.
    pub(super) fn put(&mut self, key: &[u8], offset: i64) -> Result<(), Full> {
        let slot = self.find(key);
        let [high, low, value] = self.slots[slot];
        if value == 0 {
            if self.len >= self.max_len {
                return Err(Full);
            }
            self.len += 1;
            let [high, low] = self.hash(key);
            self.slots[slot] = [high, low, stored(offset)];
        } else {
            self.slots[slot] = [high, low, stored(offset).max(value)];
        }
        Ok(())
    }

    /// The last offset at which `key` was written.
    pub(super) fn last_offset(&self, key: &[u8]) -> Option<i64> {
        let [_, _, value] = self.slots[self.find(key)];
        value.checked_sub(1).map(u64::cast_signed)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The slot of `key`, or the free one where it belongs.
    fn find(&self, key: &[u8]) -> usize {
        let [high, low] = self.hash(key);
        let count = self.slots.len();
        let mut slot = usize::try_from(low % count as u64).expect("below the number of slots");
        loop {
            match self.slots[slot] {
                [_, _, 0] => return slot,
                [found_high, found_low, _] if (found_high, found_low) == (high, low) => return slot,
                _ => slot = if slot + 1 == count { 0 } else { slot + 1 },
            }
        }
    }

    fn hash(&self, key: &[u8]) -> [u64; 2] {
        self.seed.map(|seed| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u64(seed);
            hasher.write(key);
            hasher.finish()
        })
    }
}

fn stored(offset: i64) -> u64 {
    offset.cast_unsigned() + 1
}

#[cfg(test)]
impl KeyMap {
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }
}
