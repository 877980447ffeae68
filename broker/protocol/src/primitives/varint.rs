//! Variable-length integers: base 128, least significant group first, the high bit set on all but the last byte.
//!
//! ```text
//! 300 = 0b1_0010_1100  ->  1010_1100 0000_0010
//! ```
//!
//! Unsigned ones carry lengths, counts and tags of flexible versions. Signed ones are zigzag-mapped first
//! (0, -1, 1, -2 become 0, 1, 2, 3) and appear inside records. Everything here works on slices, so that the
//! record codec can use it without a [`Reader`](super::Reader). Overlong encodings (`80 00` for zero) are
//! accepted, as Kafka accepts them; bits beyond the type's width are an error.

use bytes::BufMut;

/// Most bytes that a 32-bit variable-length integer takes.
pub const MAX_VARINT_BYTES: usize = 5;

/// Most bytes that a 64-bit variable-length integer takes.
pub const MAX_VARLONG_BYTES: usize = 10;

/// Why a variable-length integer could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VarintError {
    /// The input ends before the last byte of the number.
    #[error("variable-length integer ends after {available} bytes without its last byte")]
    Truncated {
        /// Bytes that were there.
        available: usize,
    },
    /// The number does not fit its type.
    #[error("variable-length integer is wider than {bits} bits")]
    TooLong {
        /// Width of the type: 32 or 64.
        bits: u32,
    },
}

/// Reads an unsigned 32-bit number; returns it and the count of bytes it took.
///
/// # Errors
/// [`VarintError`] if `bytes` ends inside the number or the number needs more than 32 bits.
#[inline]
pub fn decode_unsigned_varint(bytes: &[u8]) -> Result<(u32, usize), VarintError> {
    if let Some(short) = decode_short(bytes) {
        return Ok(short);
    }
    let (value, length) = decode_groups(bytes, MAX_VARINT_BYTES, 32)?;
    u32::try_from(value).map(|value| (value, length)).map_err(|_| VarintError::TooLong { bits: 32 })
}

/// Reads a number of one or two bytes: nearly all that a record of ordinary size contains.
#[inline]
fn decode_short(bytes: &[u8]) -> Option<(u32, usize)> {
    match *bytes {
        [first, ..] if first < 0x80 => Some((u32::from(first), 1)),
        [first, second, ..] if second < 0x80 => Some((u32::from(first & 0x7f) | u32::from(second) << 7, 2)),
        _ => None,
    }
}

/// Reads an unsigned 64-bit number; returns it and the count of bytes it took.
///
/// # Errors
/// [`VarintError`] if `bytes` ends inside the number or the number needs more than 64 bits.
#[inline]
pub fn decode_unsigned_varlong(bytes: &[u8]) -> Result<(u64, usize), VarintError> {
    match decode_short(bytes) {
        Some((value, size)) => Ok((u64::from(value), size)),
        None => decode_groups(bytes, MAX_VARLONG_BYTES, 64),
    }
}

/// Reads a zigzag-mapped 32-bit number; returns it and the count of bytes it took.
///
/// # Errors
/// As [`decode_unsigned_varint`].
#[inline]
pub fn decode_varint(bytes: &[u8]) -> Result<(i32, usize), VarintError> {
    let (value, length) = decode_unsigned_varint(bytes)?;
    Ok(((value >> 1).cast_signed() ^ -(value & 1).cast_signed(), length))
}

/// Reads a zigzag-mapped 64-bit number; returns it and the count of bytes it took.
///
/// # Errors
/// As [`decode_unsigned_varlong`].
#[inline]
pub fn decode_varlong(bytes: &[u8]) -> Result<(i64, usize), VarintError> {
    let (value, length) = decode_unsigned_varlong(bytes)?;
    Ok(((value >> 1).cast_signed() ^ -(value & 1).cast_signed(), length))
}

/// Appends an unsigned 32-bit number: 1 to 5 bytes.
#[inline]
pub fn encode_unsigned_varint(value: u32, output: &mut impl BufMut) {
    encode_unsigned_varlong(u64::from(value), output);
}

/// Appends an unsigned 64-bit number: 1 to 10 bytes.
#[inline]
pub fn encode_unsigned_varlong(mut value: u64, output: &mut impl BufMut) {
    while value >= 0x80 {
        output.put_u8(low_group(value) | 0x80);
        value >>= 7;
    }
    output.put_u8(low_group(value));
}

/// Appends a 32-bit number, zigzag-mapped: 1 to 5 bytes.
#[inline]
pub fn encode_varint(value: i32, output: &mut impl BufMut) {
    encode_unsigned_varint(zigzag_32(value), output);
}

/// Appends a 64-bit number, zigzag-mapped: 1 to 10 bytes.
#[inline]
pub fn encode_varlong(value: i64, output: &mut impl BufMut) {
    encode_unsigned_varlong(zigzag_64(value), output);
}

/// Bytes that [`encode_unsigned_varint`] writes for `value`.
#[inline]
#[must_use]
pub fn unsigned_varint_size(value: u32) -> usize {
    groups_of(u64::from(value))
}

/// Bytes that [`encode_varint`] writes for `value`.
#[inline]
#[must_use]
pub fn varint_size(value: i32) -> usize {
    groups_of(u64::from(zigzag_32(value)))
}

/// Bytes that [`encode_varlong`] writes for `value`.
#[inline]
#[must_use]
pub fn varlong_size(value: i64) -> usize {
    groups_of(zigzag_64(value))
}

fn zigzag_32(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)).cast_unsigned()
}

fn zigzag_64(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The lowest seven bits.
fn low_group(value: u64) -> u8 {
    value.to_le_bytes()[0] & 0x7f
}

fn groups_of(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

fn decode_groups(bytes: &[u8], max_bytes: usize, bits: u32) -> Result<(u64, usize), VarintError> {
    let mut value = 0u64;
    for (index, &byte) in bytes.iter().take(max_bytes).enumerate() {
        let group = u64::from(byte & 0x7f);
        let shift = 7 * index;
        // Only the tenth byte can push bits out of 64: there is room for one.
        if shift == 63 && group > 1 {
            return Err(VarintError::TooLong { bits });
        }
        value |= group << shift;
        if byte < 0x80 {
            return Ok((value, index + 1));
        }
    }
    if bytes.len() < max_bytes {
        Err(VarintError::Truncated { available: bytes.len() })
    } else {
        Err(VarintError::TooLong { bits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    #[test]
    fn known_numbers_have_their_known_bytes() {
        let mut bytes = Vec::new();
        encode_unsigned_varint(300, &mut bytes);
        assert_eq!(bytes, [0xac, 0x02]);
        bytes.clear();
        encode_varint(-1, &mut bytes);
        encode_varint(1, &mut bytes);
        encode_varlong(i64::MIN, &mut bytes);
        assert_eq!(bytes[..2], [0x01, 0x02]);
        assert_eq!(bytes[2..], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    }

    #[test]
    fn a_number_that_ends_early_is_truncated() {
        assert_eq!(decode_unsigned_varint(&[]), Err(VarintError::Truncated { available: 0 }));
        assert_eq!(decode_varlong(&[0x80, 0xff]), Err(VarintError::Truncated { available: 2 }));
    }

    #[test]
    fn bits_beyond_the_width_are_refused() {
        assert_eq!(decode_unsigned_varint(&[0xff; 5]), Err(VarintError::TooLong { bits: 32 }));
        assert_eq!(
            decode_unsigned_varint(&[0xff, 0xff, 0xff, 0xff, 0x1f]),
            Err(VarintError::TooLong { bits: 32 })
        );
        assert_eq!(decode_unsigned_varint(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Ok((u32::MAX, 5)));
        assert_eq!(decode_unsigned_varlong(&[0xff; 11]), Err(VarintError::TooLong { bits: 64 }));
        let mut tenth_too_wide = [0x80; 10];
        tenth_too_wide[9] = 0x02;
        assert_eq!(decode_unsigned_varlong(&tenth_too_wide), Err(VarintError::TooLong { bits: 64 }));
    }

    #[test]
    fn an_overlong_zero_is_read() {
        assert_eq!(decode_unsigned_varint(&[0x80, 0x00]), Ok((0, 2)));
    }

    proptest! {
        #[test]
        fn signed_numbers_round_trip_in_the_stated_size(int in any::<i32>(), long in any::<i64>()) {
            let mut bytes = Vec::new();
            encode_varint(int, &mut bytes);
            assert_eq!(decode_varint(&bytes), Ok((int, varint_size(int))));
            assert_eq!(bytes.len(), varint_size(int));
            bytes.clear();
            encode_varlong(long, &mut bytes);
            assert_eq!(decode_varlong(&bytes), Ok((long, varlong_size(long))));
            assert_eq!(bytes.len(), varlong_size(long));
        }

        #[test]
        fn unsigned_numbers_round_trip_in_the_stated_size(value in any::<u32>(), shift in 0u32..32) {
            let value = value >> shift;
            let mut bytes = Vec::new();
            encode_unsigned_varint(value, &mut bytes);
            assert_eq!(decode_unsigned_varint(&bytes), Ok((value, unsigned_varint_size(value))));
        }
    }
}
