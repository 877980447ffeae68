//! What a schema says, resolved: every range is cut to the versions in which it matters.

use crate::versions::Versions;

/// One file: the messages of an API, or values that belong together.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Stem of the file, which is also the name of the Rust module.
    pub name: String,
    /// The API, unless the file describes values that are no requests.
    pub api: Option<Api>,
    /// Request and response, or the values.
    pub messages: Vec<Message>,
}

/// An API of the protocol.
#[derive(Debug, Clone)]
pub struct Api {
    /// Its number in request headers.
    pub key: i16,
    /// Its name, for example `ListOffsets`.
    pub name: String,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sent by clients.
    Request,
    /// The answer.
    Response,
    /// Kept in bytes elsewhere; the number stands in front of the keys of coordinators' records.
    Data(Option<i16>),
}

/// A message: its own fields and the structs within.
#[derive(Debug, Clone)]
pub struct Message {
    /// Name of the message and of its Rust struct.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// All versions.
    pub versions: Versions,
    /// First version with compact lengths and tagged fields.
    pub flexible_since: Option<i16>,
    /// The message itself, then the structs within in reading order.
    pub structs: Vec<Struct>,
}

/// The message itself or a struct within.
#[derive(Debug, Clone)]
pub struct Struct {
    /// Name of the Rust struct.
    pub name: String,
    /// Versions in which it occurs.
    pub versions: Versions,
    /// Fields in the order of the wire.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Debug, Clone)]
pub struct Field {
    /// Name in Rust's spelling.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Versions of the struct that have it.
    pub versions: Versions,
    /// Versions of these in which it may be null.
    pub nullable: Option<Versions>,
    /// Its number among the tagged fields, if it is one.
    pub tag: Option<u32>,
    /// The default as the schema spells it.
    pub default: Option<String>,
    /// Whether a version without the field silently drops it.
    pub is_ignorable: bool,
}

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One byte.
    Bool,
    /// Signed, 8 bits.
    Int8,
    /// Signed, 16 bits.
    Int16,
    /// Unsigned, 16 bits.
    Uint16,
    /// Signed, 32 bits.
    Int32,
    /// Signed, 64 bits.
    Int64,
    /// IEEE 754, 64 bits.
    Float64,
    /// Sixteen bytes.
    Uuid,
    /// UTF-8.
    String,
    /// Opaque bytes.
    Bytes,
    /// Record batches.
    Records,
    /// A struct, by the name of its Rust struct.
    Struct(String),
    /// Elements of one type.
    Array(Box<Kind>),
}

impl Message {
    /// The struct of that name; the resolver has checked that it exists.
    #[must_use]
    pub fn find(&self, name: &str) -> &Struct {
        self.structs.iter().find(|known| known.name == name).expect("the resolver knows every struct")
    }

    /// Whether `version` is flexible.
    #[must_use]
    pub fn is_flexible(&self, version: i16) -> bool {
        self.flexible_since.is_some_and(|since| version >= since)
    }

    /// Fewest bytes that a value of `kind` takes in any version of `versions`; 1 for a null struct.
    #[must_use]
    pub fn min_size_bytes(&self, kind: &Kind, versions: Versions) -> usize {
        (versions.first..=versions.last)
            .map(|version| self.size_bytes_at(kind, version))
            .min()
            .expect("a range of versions is not empty")
    }

    fn size_bytes_at(&self, kind: &Kind, version: i16) -> usize {
        let flexible = self.is_flexible(version);
        match kind {
            Kind::Bool | Kind::Int8 => 1,
            Kind::Int16 | Kind::Uint16 => 2,
            Kind::Int32 => 4,
            Kind::Int64 | Kind::Float64 => 8,
            Kind::Uuid => 16,
            Kind::String | Kind::Bytes | Kind::Records | Kind::Array(_) if flexible => 1,
            Kind::String => 2,
            Kind::Bytes | Kind::Records | Kind::Array(_) => 4,
            Kind::Struct(name) => {
                let fields: usize = (self.find(name).fields.iter())
                    .filter(|field| field.tag.is_none() && field.versions.contains(version))
                    .map(|field| match (&field.kind, field.nullable) {
                        (Kind::Struct(_), Some(_)) => 1,
                        (kind, _) => self.size_bytes_at(kind, version),
                    })
                    .sum();
                fields + usize::from(flexible)
            }
        }
    }
}
