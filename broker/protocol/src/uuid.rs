//! Sixteen-byte identifiers of topics, log directories and clients.
//!
//! As text they are URL-safe base64 without padding, 22 characters, as Kafka prints them (KIP-516):
//! 6 bits a character, most significant first, so that the last character carries only 2.

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TEXT_LENGTH: usize = 22;
/// Bits of the text beyond the 128 of the identifier.
const PADDING_BITS: u32 = 4;

/// A universally unique identifier in network byte order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

/// Why a text is no [`Uuid`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseUuidError {
    /// The text has another length.
    #[error("an identifier has {TEXT_LENGTH} characters, found {length}")]
    Length {
        /// Bytes of the text.
        length: usize,
    },
    /// A byte is outside the URL-safe base64 alphabet.
    #[error("byte {byte:#04x} at position {position} is not in the URL-safe base64 alphabet")]
    Character {
        /// The byte found.
        byte: u8,
        /// Its place, from 0.
        position: usize,
    },
    /// The last character carries bits that belong to no byte.
    #[error("the last character carries bits beyond the sixteenth byte")]
    Padding,
}

impl Uuid {
    /// Kafka's "no identifier".
    pub const ZERO: Self = Self([0; 16]);

    /// Whether this is [`Uuid::ZERO`].
    #[must_use]
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// Makes a random (version 4) identifier of 128 random bits: six of them give way to version and variant.
    #[must_use]
    pub const fn from_random_bits(bits: u128) -> Self {
        let bits = bits & !(0xf000 << 64) & !(0b11 << 62);
        Self((bits | (0x4000 << 64) | (0b10 << 62)).to_be_bytes())
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The first 21 characters hold the upper 126 bits; the last holds the lower 2 and 4 zero bits.
        let bits = u128::from_be_bytes(self.0);
        let mut text = String::with_capacity(TEXT_LENGTH);
        for index in 0..TEXT_LENGTH - 1 {
            text.push(character(bits >> (122 - 6 * index)));
        }
        text.push(character(bits << PADDING_BITS));
        formatter.pad(&text)
    }
}

/// The character of the lowest six bits.
fn character(bits: u128) -> char {
    char::from(ALPHABET[usize::from(bits.to_le_bytes()[0] & 0x3f)])
}

impl fmt::Debug for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Uuid {
    type Err = ParseUuidError;

    fn from_str(text: &str) -> Result<Self, ParseUuidError> {
        if text.len() != TEXT_LENGTH {
            return Err(ParseUuidError::Length { length: text.len() });
        }
        let mut bits = 0u128;
        for (position, byte) in text.bytes().enumerate() {
            let group = ALPHABET
                .iter()
                .position(|&letter| letter == byte)
                .ok_or(ParseUuidError::Character { byte, position })? as u128;
            if position < TEXT_LENGTH - 1 {
                bits = (bits << 6) | group;
            } else if group & 0b1111 != 0 {
                return Err(ParseUuidError::Padding);
            } else {
                bits = (bits << 2) | (group >> PADDING_BITS);
            }
        }
        Ok(Self(bits.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    #[test]
    fn kafkas_reserved_identifiers_have_their_known_text() {
        assert_eq!(Uuid::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        let mut one = [0; 16];
        one[15] = 1;
        assert_eq!(Uuid(one).to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
        assert_eq!(Uuid([0xff; 16]).to_string(), "_____________________w");
    }

    #[test]
    fn a_malformed_text_says_what_is_wrong() {
        assert_eq!("abc".parse::<Uuid>(), Err(ParseUuidError::Length { length: 3 }));
        assert_eq!(
            "AAAA+AAAAAAAAAAAAAAAAA".parse::<Uuid>(),
            Err(ParseUuidError::Character { byte: b'+', position: 4 })
        );
        assert_eq!("AAAAAAAAAAAAAAAAAAAAAB".parse::<Uuid>(), Err(ParseUuidError::Padding));
    }

    #[test]
    fn random_bits_keep_version_and_variant() {
        assert_eq!(Uuid::from_random_bits(u128::MAX).0[6], 0x4f);
        assert_eq!(Uuid::from_random_bits(u128::MAX).0[8], 0xbf);
        assert_eq!(Uuid::from_random_bits(0).0[6], 0x40);
        assert_eq!(Uuid::from_random_bits(0).0[8], 0x80);
    }

    proptest! {
        #[test]
        fn text_round_trips(bytes in any::<[u8; 16]>()) {
            assert_eq!(Uuid(bytes).to_string().parse(), Ok(Uuid(bytes)));
        }
    }
}
