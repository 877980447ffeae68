//! Makes up well-formed messages from a schema: the bytes that a test feeds to a codec.
//!
//! Every decision (a value, a length, null or not, a tagged field or none) takes the next byte of the
//! *choices*; where they end, zeros follow, which stand for the smallest message. So a property test that
//! shortens the choices shortens the message.
//!
//! The bytes are canonical: a tagged field that has its default is left out, as Kafka leaves it out.

use crate::schema::{Field, Kind, Message, Struct};

/// A made-up message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The message in the version asked for.
    pub bytes: Vec<u8>,
    /// Where its lengths and counts stand, in ascending order.
    pub lengths: Vec<LengthField>,
}

/// A length or count in a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LengthField {
    /// Index of its first byte.
    pub position: usize,
    /// Bytes that it takes.
    pub size: usize,
    /// Whether it is a variable-length integer (of the length plus one) instead of a big-endian one.
    pub is_compact: bool,
}

/// Makes up a message; with `unknown_tags` every struct of a flexible version also has a tagged field that
/// nobody knows, placed behind all others.
#[must_use]
pub fn sample(message: &Message, version: i16, choices: &[u8], unknown_tags: bool) -> Sample {
    assert!(message.versions.contains(version), "{} has no version {version}", message.name);
    let mut sampler = Sampler {
        message,
        version,
        flexible: message.is_flexible(version),
        unknown_tags,
        choices: choices.iter(),
        bytes: Vec::new(),
        lengths: Vec::new(),
    };
    sampler.structure(&message.structs[0]);
    Sample { bytes: sampler.bytes, lengths: sampler.lengths }
}

struct Sampler<'a> {
    message: &'a Message,
    version: i16,
    flexible: bool,
    unknown_tags: bool,
    choices: std::slice::Iter<'a, u8>,
    bytes: Vec<u8>,
    lengths: Vec<LengthField>,
}

impl<'a> Sampler<'a> {
    fn choose(&mut self) -> u8 {
        self.choices.next().copied().unwrap_or(0)
    }

    fn structure(&mut self, owner: &'a Struct) {
        let (mut tagged, plain): (Vec<&Field>, Vec<&Field>) = (owner.fields.iter())
            .filter(|field| field.versions.contains(self.version))
            .partition(|field| field.tag.is_some());
        for field in plain {
            self.field(field);
        }
        if !self.flexible {
            return;
        }
        tagged.sort_by_key(|field| field.tag);
        let count_at = self.bytes.len();
        self.bytes.push(0);
        for field in tagged {
            if self.choose() % 2 == 1 {
                self.tagged_field(field, count_at);
            }
        }
        if self.unknown_tags {
            self.bytes[count_at] += 1;
            // Tag 1000 (two bytes), three bytes of content.
            self.bytes.extend([0xe8, 0x07, 3, 0xff, 0x00, 0x7f]);
        }
    }

    /// Appends a tagged field unless it has its default.
    fn tagged_field(&mut self, field: &'a Field, count_at: usize) {
        let outer_lengths = self.lengths.len();
        let outer = std::mem::take(&mut self.bytes);
        self.field(field);
        let value = std::mem::replace(&mut self.bytes, outer);
        if value == self.default_bytes(field) {
            self.lengths.truncate(outer_lengths);
            return;
        }
        self.bytes[count_at] += 1;
        self.varint(field.tag.expect("only tagged fields are here"));
        self.varint(u32::try_from(value.len()).expect("a sample is small"));
        for length in &mut self.lengths[outer_lengths..] {
            length.position += self.bytes.len();
        }
        self.bytes.extend(value);
    }

    fn field(&mut self, field: &'a Field) {
        let may_be_null = field.nullable.is_some_and(|nullable| nullable.contains(self.version));
        let is_null = may_be_null && self.choose() % 4 == 3;
        match &field.kind {
            Kind::Struct(name) => {
                if may_be_null {
                    self.presence(!is_null, field.tag.is_some());
                }
                if !is_null {
                    self.structure(self.message.find(name));
                }
            }
            kind if is_null => self.length(kind, None),
            kind => self.value(kind),
        }
    }

    fn value(&mut self, kind: &'a Kind) {
        match kind {
            Kind::Bool => {
                let value = self.choose() % 2;
                self.bytes.push(value);
            }
            Kind::Int8 => self.integer(1),
            Kind::Int16 | Kind::Uint16 => self.integer(2),
            Kind::Int32 => self.integer(4),
            Kind::Int64 => self.integer(8),
            Kind::Uuid => self.integer(16),
            Kind::Float64 => {
                let value = f64::from(self.choose()) / 4.0 - 8.0;
                self.bytes.extend(value.to_be_bytes());
            }
            Kind::String => {
                let letters = self.letters();
                self.length(kind, Some(letters.len()));
                self.bytes.extend(letters.bytes());
            }
            Kind::Bytes | Kind::Records => {
                let letters = self.letters();
                self.length(kind, Some(letters.len()));
                self.bytes.extend(letters.bytes().map(|byte| byte ^ 0xff));
            }
            Kind::Struct(name) => self.structure(self.message.find(name)),
            Kind::Array(element) => {
                let count = usize::from(self.choose() % 8).saturating_sub(4);
                self.length(kind, Some(count));
                (0..count).for_each(|_| self.value(element));
            }
        }
    }

    /// Zero, minus one, the extremes or anything.
    fn integer(&mut self, size: usize) {
        let (first, rest) = match self.choose() % 8 {
            0 => (0x00, 0x00),
            1 => (0xff, 0xff),
            2 => (0x80, 0x00),
            3 => (0x7f, 0xff),
            _ => {
                for _ in 0..size {
                    let byte = self.choose();
                    self.bytes.push(byte);
                }
                return;
            }
        };
        self.bytes.push(first);
        self.bytes.extend(std::iter::repeat_n(rest, size - 1));
    }

    /// Up to six letters, some of them two bytes long; sometimes enough for a length of two bytes.
    fn letters(&mut self) -> String {
        let choice = self.choose();
        let count = if choice >= 0xf8 { 150 } else { choice % 7 };
        let letter = if choice.is_multiple_of(2) { 'k' } else { 'é' };
        std::iter::repeat_n(letter, usize::from(count)).collect()
    }

    fn presence(&mut self, is_present: bool, is_tagged: bool) {
        let null = if is_tagged { 0x00 } else { 0xff };
        self.bytes.push(if is_present { 0x01 } else { null });
    }

    /// The length of a string, byte string or array; `None` is null.
    fn length(&mut self, kind: &Kind, length: Option<usize>) {
        let position = self.bytes.len();
        if self.flexible {
            let plus_one = length.map_or(0, |length| length + 1);
            self.varint(u32::try_from(plus_one).expect("a sample is small"));
        } else {
            let length = length.map_or(-1, |length| i32::try_from(length).expect("a sample is small"));
            let unused_bytes = if *kind == Kind::String { 2 } else { 0 };
            self.bytes.extend(&length.to_be_bytes()[unused_bytes..]);
        }
        let size = self.bytes.len() - position;
        self.lengths.push(LengthField { position, size, is_compact: self.flexible });
    }

    fn varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.bytes.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.bytes.push(value.to_le_bytes()[0]);
    }

    /// What the field's default looks like in a tagged field.
    fn default_bytes(&self, field: &Field) -> Vec<u8> {
        let is_null = field.default.as_deref() == Some("null");
        match &field.kind {
            Kind::Struct(_) if is_null => vec![0],
            Kind::Struct(name) => {
                let inner = self.message.find(name).fields.iter();
                let mut bytes: Vec<u8> = inner
                    .filter(|field| field.tag.is_none() && field.versions.contains(self.version))
                    .flat_map(|field| self.default_bytes(field))
                    .collect();
                bytes.push(0);
                if field.nullable.is_some() {
                    bytes.insert(0, 1);
                }
                bytes
            }
            Kind::String | Kind::Bytes | Kind::Records | Kind::Array(_) => {
                let text = field.default.as_deref().filter(|_| !is_null).unwrap_or_default();
                let length = u8::try_from(text.len()).expect("a default is short");
                let prefix = if is_null { 0 } else { length + 1 };
                [&[prefix], text.as_bytes()].concat()
            }
            Kind::Bool => vec![u8::from(field.default.as_deref() == Some("true"))],
            Kind::Float64 => vec![0; 8],
            Kind::Uuid => vec![0; 16],
            kind => {
                let value: i64 = field.default.as_deref().map_or(0, |text| text.parse().expect("a number"));
                let unused_bytes = match kind {
                    Kind::Int8 => 7,
                    Kind::Int16 | Kind::Uint16 => 6,
                    Kind::Int32 => 4,
                    _ => 0,
                };
                value.to_be_bytes()[unused_bytes..].to_vec()
            }
        }
    }
}
