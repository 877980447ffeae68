//! A field in Rust: its name, type, default and doc line.

use crate::schema::{Field, Kind, Message, Struct};

/// Names that the generated functions use themselves.
const TAKEN: &[&str] = &["reader", "writer", "version", "flexible", "tag", "tags", "element"];
const KEYWORDS: &[&str] = &["match", "type", "final"];

impl Field {
    /// The name of the Rust field.
    pub(crate) fn rust_name(&self) -> String {
        if KEYWORDS.contains(&self.name.as_str()) { format!("r#{}", self.name) } else { self.name.clone() }
    }

    /// The name of the variable that holds the field while its struct is decoded.
    pub(crate) fn local_name(&self) -> String {
        if TAKEN.contains(&self.name.as_str()) { format!("{}_field", self.name) } else { self.rust_name() }
    }

    /// The type of the Rust field.
    pub(crate) fn rust_type(&self) -> String {
        let inner = rust_type(&self.kind);
        if self.is_optional() { format!("Option<{inner}>") } else { inner }
    }

    /// Whether the Rust type is an `Option`.
    pub(crate) fn is_optional(&self) -> bool {
        self.nullable.is_some()
    }

    /// The default value.
    pub(crate) fn default_value(&self) -> String {
        let default = self.default.as_deref();
        if default == Some("null") || (self.is_optional() && self.kind == Kind::Records) {
            return "None".to_owned();
        }
        let value = match &self.kind {
            Kind::Bool => default.unwrap_or("false").to_owned(),
            Kind::Float64 => default.unwrap_or("0.0").to_owned(),
            Kind::Int64 if default == Some("9223372036854775807") => "i64::MAX".to_owned(),
            Kind::Int32 if default == Some("2147483647") => "i32::MAX".to_owned(),
            Kind::Int8 | Kind::Int16 | Kind::Uint16 | Kind::Int32 | Kind::Int64 => {
                default.unwrap_or("0").to_owned()
            }
            Kind::Uuid => "Uuid::ZERO".to_owned(),
            Kind::String => match default {
                Some(text) => format!("{text:?}.to_owned()"),
                None => "String::new()".to_owned(),
            },
            Kind::Bytes => "Bytes::new()".to_owned(),
            Kind::Records => "Records::default()".to_owned(),
            Kind::Struct(name) => format!("{name}::default()"),
            Kind::Array(_) => "Vec::new()".to_owned(),
        };
        if self.is_optional() { format!("Some({value})") } else { value }
    }

    /// Whether `#[derive(Default)]` gives the default.
    pub(crate) fn has_natural_default(&self) -> bool {
        if self.is_optional() { self.default_value() == "None" } else { self.default.is_none() }
    }

    /// The condition that `self.<field>` has another value than the default.
    pub(crate) fn is_set(&self) -> String {
        let value = format!("self.{}", self.rust_name());
        let default = self.default_value();
        if self.is_optional() {
            return match &self.kind {
                _ if default == "None" => format!("{value}.is_some()"),
                Kind::String | Kind::Bytes | Kind::Records | Kind::Array(_) => {
                    format!("{value}.as_ref().is_none_or(|{0}| !{0}.is_empty())", self.local_name())
                }
                _ => format!("{value} != {default}"),
            };
        }
        match &self.kind {
            Kind::Bool if default == "false" => value,
            Kind::Bool => format!("!{value}"),
            Kind::String if self.default.is_some() => {
                format!("{value} != {:?}", self.default.as_deref().unwrap_or_default())
            }
            Kind::String | Kind::Bytes | Kind::Records | Kind::Array(_) => format!("!{value}.is_empty()"),
            _ => format!("{value} != {default}"),
        }
    }

    /// `Struct.field`, as errors name it.
    pub(crate) fn error_name(&self, owner: &Struct) -> String {
        format!("{:?}", format!("{}.{}", owner.name, self.name))
    }

    /// The doc line: type, versions and what else the schema says.
    pub(crate) fn doc(&self, owner: &Struct) -> String {
        let mut doc = format!("`{}`", wire_name(&self.kind));
        if self.versions != owner.versions {
            doc += &format!(" in {}", self.versions);
        }
        match self.nullable {
            Some(nullable) if nullable == self.versions => doc += ", or null",
            Some(nullable) => doc += &format!(", or null in {nullable}"),
            None => {}
        }
        if let Some(tag) = self.tag {
            doc += &format!(", tag {tag}");
        }
        if let Some(default) = &self.default {
            doc += &format!("; default {default}");
        }
        if self.is_ignorable && self.versions != owner.versions {
            doc += "; dropped elsewhere";
        }
        doc + "."
    }
}

/// The type of a value that is not null.
fn rust_type(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "bool".to_owned(),
        Kind::Int8 => "i8".to_owned(),
        Kind::Int16 => "i16".to_owned(),
        Kind::Uint16 => "u16".to_owned(),
        Kind::Int32 => "i32".to_owned(),
        Kind::Int64 => "i64".to_owned(),
        Kind::Float64 => "f64".to_owned(),
        Kind::Uuid => "Uuid".to_owned(),
        Kind::String => "String".to_owned(),
        Kind::Bytes => "Bytes".to_owned(),
        Kind::Records => "Records".to_owned(),
        Kind::Struct(name) => name.clone(),
        Kind::Array(element) => format!("Vec<{}>", rust_type(element)),
    }
}

/// The type as the protocol's documentation names it.
fn wire_name(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "bool".to_owned(),
        Kind::Int8 => "int8".to_owned(),
        Kind::Int16 => "int16".to_owned(),
        Kind::Uint16 => "uint16".to_owned(),
        Kind::Int32 => "int32".to_owned(),
        Kind::Int64 => "int64".to_owned(),
        Kind::Float64 => "float64".to_owned(),
        Kind::Uuid => "uuid".to_owned(),
        Kind::String => "string".to_owned(),
        Kind::Bytes => "bytes".to_owned(),
        Kind::Records => "records".to_owned(),
        Kind::Struct(name) => name.clone(),
        Kind::Array(element) => format!("[]{}", wire_name(element)),
    }
}

/// What the functions of a struct need to know besides their bytes.
impl Message {
    /// How `owner`'s functions say whether the version is flexible: a literal if it always or never is.
    pub(crate) fn flexible_argument(&self, owner: &Struct) -> &'static str {
        match self.flexible_since {
            Some(since) if since <= owner.versions.first => "true",
            Some(since) if since <= owner.versions.last => "flexible",
            _ => "false",
        }
    }

    /// Whether `owner`'s functions need the version: it decides something, here or within.
    pub(crate) fn depends_on_version(&self, owner: &Struct) -> bool {
        self.flexible_argument(owner) == "flexible"
            || owner.fields.iter().any(|field| {
                field.versions != owner.versions
                    || field.nullable.is_some_and(|nullable| nullable != field.versions)
                    || self.struct_within(&field.kind).is_some_and(|inner| self.depends_on_version(inner))
            })
    }

    /// The struct that a type holds.
    pub(crate) fn struct_within(&self, kind: &Kind) -> Option<&Struct> {
        match kind {
            Kind::Struct(name) => Some(self.find(name)),
            Kind::Array(element) => self.struct_within(element),
            _ => None,
        }
    }
}
