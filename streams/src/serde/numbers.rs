//! Numbers as Kafka's own serialisers write them: fixed width, big-endian.
//!
//! ```text
//! Integer: 4 bytes, two's complement    Long: 8 bytes, two's complement    Double: 8 bytes, IEEE 754
//! ```

use super::{Presence, Serde, SerdeError, present};

macro_rules! big_endian {
    ($(#[$doc:meta])* $serde:ident, $constructor:ident, $number:ident, $width:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $serde;

        $(#[$doc])*
        #[must_use]
        pub fn $constructor() -> $serde {
            $serde
        }

        impl Serde<$number> for $serde {
            fn serialize(&self, value: &$number, output: &mut Vec<u8>) -> Result<Presence, SerdeError> {
                output.extend_from_slice(&value.to_be_bytes());
                Ok(Presence::Present)
            }

            fn deserialize(&self, bytes: Option<&[u8]>) -> Result<$number, SerdeError> {
                const TYPE_NAME: &str = concat!("a big-endian ", stringify!($number));
                let bytes = present(bytes, TYPE_NAME)?;
                let number: [u8; $width] = bytes.try_into().map_err(|_| SerdeError::Invalid {
                    type_name: TYPE_NAME,
                    reason: format!("{} bytes instead of {}", bytes.len(), $width),
                })?;
                Ok($number::from_be_bytes(number))
            }
        }
    };
}

big_endian!(
    /// 32-bit integers, Kafka's `IntegerSerializer`.
    Integer, i32, i32, 4
);
big_endian!(
    /// 64-bit integers, Kafka's `LongSerializer`.
    Long, i64, i64, 8
);
big_endian!(
    /// 64-bit floating point numbers, Kafka's `DoubleSerializer`.
    Double, f64, f64, 8
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_is_eight_bytes_big_endian() {
        let mut bytes = Vec::new();
        assert_eq!(i64().serialize(&258, &mut bytes), Ok(Presence::Present));
        assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(i64().deserialize(Some(&bytes)), Ok(258));
    }

    #[test]
    fn a_wrong_width_names_both_widths() {
        let error = i32().deserialize(Some(&[1, 2, 3])).unwrap_err();
        assert_eq!(error.to_string(), "not a big-endian i32: 3 bytes instead of 4");
        assert_eq!(f64().deserialize(None), Err(SerdeError::Null { type_name: "a big-endian f64" }));
    }
}
