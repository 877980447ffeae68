//! The text form of a schema.
//!
//! ```text
//! api 1 Fetch                                       key and name; a file of other values has none
//!
//! request 4-18 flexible 12+                         or: response .., data <Name> .. [record <type>]
//!   ClusterId string     12+ null 12+ tag 0 default null ignorable
//!   Topics    []FetchTopic 0+                       a struct's own fields follow, one step deeper
//!     TopicId uuid         13+
//!   struct TopicPartitions                          a struct that several fields name
//!     Partitions []int32 0+
//! ```
//!
//! A field: name, type, versions; then, in this order, the versions that may be null, the tag, the default
//! (if left out: zero, or the empty string, array or struct, even where null is allowed) and whether a
//! version without the field drops it silently. Two spaces are one step.

use std::fmt;

use crate::schema::{Api, Field, Kind, Message, Role, Schema, Struct};
use crate::versions::Versions;

/// What is wrong with a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Line, from 1; 0 if it concerns a whole message.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.reason)
    }
}

/// A message before its ranges are cut: structs by their names in the schema, the message itself first.
struct RawMessage {
    name: String,
    role: Role,
    versions: Versions,
    flexible_since: Option<i16>,
    structs: Vec<RawStruct>,
}

struct RawStruct {
    name: String,
    fields: Vec<Field>,
}

/// Reads the schema of the module `name`.
pub(crate) fn parse(name: &str, text: &str) -> Result<Schema, ParseError> {
    let mut api = None;
    let mut messages: Vec<RawMessage> = Vec::new();
    // Which struct the lines at each depth belong to.
    let mut owners: Vec<usize> = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let failed = |reason: String| ParseError { line: index + 1, reason };
        let words: Vec<&str> = line.split_whitespace().collect();
        let depth = (line.len() - line.trim_start().len()) / 2;
        match (depth, words.as_slice()) {
            (0, ["api", key, name]) => {
                let key = key.parse().map_err(|_| failed(format!("{key} is no API key")))?;
                api = Some(Api { key, name: (*name).to_owned() });
            }
            (0, words) => {
                let message = parse_message(words, api.as_ref()).map_err(failed)?;
                messages.push(message);
                owners = vec![0];
            }
            (depth, words) => {
                let message = messages.last_mut().ok_or_else(|| failed("no message yet".to_owned()))?;
                let owner = *owners.get(depth - 1).ok_or_else(|| failed("too deep".to_owned()))?;
                owners.truncate(depth);
                if let Some(opened) = parse_line(message, owner, words).map_err(failed)? {
                    owners.push(opened);
                }
            }
        }
    }
    let messages = resolve_all(messages)?;
    Ok(Schema { name: name.to_owned(), api, messages })
}

/// Reads a line of depth 0; `words` are those of a message.
fn parse_message(words: &[&str], api: Option<&Api>) -> Result<RawMessage, String> {
    let api_name = || api.map(|api| api.name.as_str()).ok_or("a request or response needs an api line");
    let (name, role, rest) = match words {
        ["request", rest @ ..] => (format!("{}Request", api_name()?), Role::Request, rest),
        ["response", rest @ ..] => (format!("{}Response", api_name()?), Role::Response, rest),
        ["data", name, rest @ .., "record", number] => {
            let number = number.parse().map_err(|_| format!("{number} is no record type"))?;
            ((*name).to_owned(), Role::Data(Some(number)), rest)
        }
        ["data", name, rest @ ..] => ((*name).to_owned(), Role::Data(None), rest),
        _ => return Err(format!("{words:?} begins no message")),
    };
    let [versions, "flexible", flexible] = rest else {
        return Err("expected <versions> flexible <versions>|none".to_owned());
    };
    let versions = parse_versions(versions)?;
    let flexible_since = match *flexible {
        "none" => None,
        since => Some(parse_versions(since)?.first).filter(|&since| since <= versions.last),
    };
    let structs = vec![RawStruct { name: name.clone(), fields: Vec::new() }];
    Ok(RawMessage { name, role, versions, flexible_since, structs })
}

/// Reads a line within a message; returns the struct that deeper lines belong to, if one begins.
fn parse_line(message: &mut RawMessage, owner: usize, words: &[&str]) -> Result<Option<usize>, String> {
    let next = message.structs.len();
    if let ["struct", name] = words {
        return Ok(Some(open_struct(message, name).unwrap_or(next)));
    }
    let (field, struct_name) = parse_field(words)?;
    message.structs[owner].fields.push(field);
    Ok(struct_name.map(|name| open_struct(message, &name).unwrap_or(next)))
}

/// Adds a struct unless it is known; returns the index of a known one.
fn open_struct(message: &mut RawMessage, name: &str) -> Option<usize> {
    let known = message.structs.iter().position(|known| known.name == name);
    if known.is_none() {
        message.structs.push(RawStruct { name: name.to_owned(), fields: Vec::new() });
    }
    known
}

/// Reads a field, and the name of the struct that it holds.
fn parse_field(words: &[&str]) -> Result<(Field, Option<String>), String> {
    let [name, kind, versions, options @ ..] = words else {
        return Err("expected <name> <type> <versions>".to_owned());
    };
    let (kind, struct_name) = parse_kind(kind);
    let mut field = Field {
        name: snake_case(name),
        kind,
        versions: parse_versions(versions)?,
        nullable: None,
        tag: None,
        default: None,
        is_ignorable: false,
    };
    let mut options = options;
    while !options.is_empty() {
        options = match options {
            ["null", versions, rest @ ..] => {
                field.nullable = Some(parse_versions(versions)?);
                rest
            }
            ["tag", tag, rest @ ..] => {
                field.tag = Some(tag.parse().map_err(|_| format!("{tag} is no tag"))?);
                rest
            }
            ["default", value, rest @ ..] => {
                field.default = Some((*value).to_owned());
                rest
            }
            ["ignorable"] => {
                field.is_ignorable = true;
                &[]
            }
            other => return Err(format!("{other:?} says nothing about a field")),
        };
    }
    Ok((field, struct_name))
}

fn parse_versions(text: &str) -> Result<Versions, String> {
    Versions::parse(text).ok_or_else(|| format!("{text} is no range of versions"))
}

fn parse_kind(text: &str) -> (Kind, Option<String>) {
    if let Some(element) = text.strip_prefix("[]") {
        let (kind, struct_name) = parse_kind(element);
        return (Kind::Array(Box::new(kind)), struct_name);
    }
    let kind = match text {
        "bool" => Kind::Bool,
        "int8" => Kind::Int8,
        "int16" => Kind::Int16,
        "uint16" => Kind::Uint16,
        "int32" => Kind::Int32,
        "int64" => Kind::Int64,
        "float64" => Kind::Float64,
        "uuid" => Kind::Uuid,
        "string" => Kind::String,
        "bytes" => Kind::Bytes,
        "records" => Kind::Records,
        name => return (Kind::Struct(name.to_owned()), Some(name.to_owned())),
    };
    (kind, None)
}

/// `SubscribedTopicRegex` and `subscribedTopicRegex` become `subscribed_topic_regex`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut spelled = String::with_capacity(name.len() + 4);
    let mut previous_is_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && previous_is_lower {
            spelled.push('_');
        }
        previous_is_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        spelled.push(letter.to_ascii_lowercase());
    }
    spelled
}

/// Cuts ranges and gives structs whose name occurs in several messages of the file a name of their own.
fn resolve_all(messages: Vec<RawMessage>) -> Result<Vec<Message>, ParseError> {
    let names: Vec<String> =
        (messages.iter()).flat_map(|message| message.structs.iter().map(|raw| raw.name.clone())).collect();
    let is_shared = |name: &str| names.iter().filter(|known| *known == name).count() > 1;
    messages
        .into_iter()
        .map(|raw| {
            let name = raw.name.clone();
            resolve(raw, &is_shared)
                .map_err(|reason| ParseError { line: 0, reason: format!("{name}: {reason}") })
        })
        .collect()
}

fn resolve(mut raw: RawMessage, is_shared: &dyn Fn(&str) -> bool) -> Result<Message, String> {
    let mut ranges = vec![None; raw.structs.len()];
    spread(&raw, 0, raw.versions, &mut ranges)?;
    let prefix = raw.name.clone();
    let rust_name = |name: &str| {
        if is_shared(name) { format!("{prefix}{name}") } else { name.to_owned() }
    };
    let mut structs = Vec::new();
    for (index, (entry, range)) in raw.structs.drain(..).zip(ranges).enumerate() {
        // A struct of versions that are gone.
        let Some(versions) = range else { continue };
        let name = if index == 0 { entry.name } else { rust_name(&entry.name) };
        let fields = entry.fields.into_iter().filter_map(|field| cut(field, versions, &rust_name)).collect();
        structs.push(Struct { name, versions, fields });
    }
    let RawMessage { name, role, versions, flexible_since, .. } = raw;
    Ok(Message { name, role, versions, flexible_since, structs })
}

/// Notes the versions in which the struct `index` and all within occur.
fn spread(
    raw: &RawMessage,
    index: usize,
    versions: Versions,
    ranges: &mut Vec<Option<Versions>>,
) -> Result<(), String> {
    let merged = ranges[index].map_or(versions, |known: Versions| known.span(versions));
    if ranges[index] == Some(merged) {
        return Ok(());
    }
    ranges[index] = Some(merged);
    for field in &raw.structs[index].fields {
        let (Some(name), Some(versions)) = (struct_of(&field.kind), field.versions.intersection(merged))
        else {
            continue;
        };
        let inner = raw.structs.iter().position(|known| known.name == name);
        let inner = inner.filter(|&inner| !raw.structs[inner].fields.is_empty());
        spread(raw, inner.ok_or_else(|| format!("{name} has no fields"))?, versions, ranges)?;
    }
    Ok(())
}

/// The struct that a type holds.
fn struct_of(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Struct(name) => Some(name),
        Kind::Array(element) => struct_of(element),
        _ => None,
    }
}

/// Cuts a field to the versions of its struct; `None` if it is in none of them.
fn cut(mut field: Field, versions: Versions, rust_name: &dyn Fn(&str) -> String) -> Option<Field> {
    field.versions = field.versions.intersection(versions)?;
    field.nullable = field.nullable.and_then(|nullable| nullable.intersection(field.versions));
    field.kind = match field.kind {
        Kind::Struct(name) => Kind::Struct(rust_name(&name)),
        Kind::Array(element) => match *element {
            Kind::Struct(name) => Kind::Array(Box::new(Kind::Struct(rust_name(&name)))),
            other => Kind::Array(Box::new(other)),
        },
        other => other,
    };
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "api 7 Example\n\n\
        request 2-5 flexible 4+\n  Gone string 0-1\n  Items []Item 3+ null 4+\n    Name string 0+ default x\n\n\
        response 2-5 flexible 4+\n  Extra Item 5+ tag 0\n    Size int32 0+\n";

    #[test]
    fn ranges_are_cut_and_fields_of_gone_versions_are_dropped() {
        let schema = parse("example", SCHEMA).unwrap();
        let request = &schema.messages[0];
        assert_eq!(request.structs[0].fields.len(), 1);
        let items = &request.structs[0].fields[0];
        assert_eq!(items.versions, Versions { first: 3, last: 5 });
        assert_eq!(items.nullable, Some(Versions { first: 4, last: 5 }));
        assert_eq!(request.structs[1].versions, Versions { first: 3, last: 5 });
    }

    #[test]
    fn a_struct_name_in_both_messages_is_told_apart() {
        let schema = parse("example", SCHEMA).unwrap();
        assert_eq!(schema.messages[0].structs[1].name, "ExampleRequestItem");
        assert_eq!(schema.messages[1].structs[1].name, "ExampleResponseItem");
    }

    #[test]
    fn a_malformed_line_is_named() {
        let error =
            parse("example", "api 7 Example\nrequest 0 flexible 0+\n  Name string maybe\n").unwrap_err();
        assert_eq!(error, ParseError { line: 3, reason: "maybe is no range of versions".to_owned() });
        let error = parse("example", "data Item 0 flexible none\n  Part Piece 0+\n").unwrap_err();
        assert_eq!(error.reason, "Item: Piece has no fields");
    }

    #[test]
    fn names_take_rusts_spelling() {
        assert_eq!(snake_case("SubscribedTopicRegex"), "subscribed_topic_regex");
        assert_eq!(snake_case("leaderEpoch"), "leader_epoch");
    }
}
