//! The lists over all schemas: the modules, the API keys, the cases of the round-trip tests.

use super::lines::Lines;
use crate::GeneratedFile;
use crate::schema::{Api, Message, Schema};

const NOTICE: &str = "//! Written by `tidemill-protocol-generator` from `schemas/`; edits are overwritten.";

/// Messages that the crate kafka-protocol 0.18 does not have.
const NOT_IN_KAFKA_PROTOCOL: &[&str] = &["StreamsGroupHeartbeat", "StreamsGroupDescribe"];

/// Writes `messages/mod.rs`.
pub(crate) fn module_list(schemas: &[Schema]) -> GeneratedFile {
    let mut lines = Lines::default();
    lines.line("//! The messages of the protocol: one module per API, then values that are kept in bytes.");
    lines.line("//!");
    lines.line(
        "//! Field names are Kafka's in Rust's spelling; `Default` gives Kafka's defaults. A struct within a",
    );
    lines.line("//! message keeps Kafka's name, with the message's in front where two messages of a module share it.");
    lines.line("//! Unknown tagged fields are skipped.");
    lines.line("//!");
    lines.line(NOTICE);
    lines.line("");
    for is_api in [true, false] {
        for schema in schemas.iter().filter(|schema| schema.api.is_some() == is_api) {
            lines.line(format!("pub mod {};", schema.name));
        }
        lines.line("");
    }
    for schema in schemas {
        let mut names: Vec<&str> = schema.messages.iter().map(|message| message.name.as_str()).collect();
        names.sort_unstable();
        lines.line(format!("pub use {}::{{{}}};", schema.name, names.join(", ")));
    }
    GeneratedFile { path: "src/messages/mod.rs".into(), content: lines.finish() }
}

/// Writes `api_key.rs`.
pub(crate) fn api_keys(schemas: &[Schema]) -> GeneratedFile {
    let mut apis: Vec<(&Api, &Message)> =
        schemas.iter().filter_map(|schema| Some((schema.api.as_ref()?, &schema.messages[0]))).collect();
    apis.sort_by_key(|(api, _)| api.key);
    let mut lines = Lines::default();
    lines.line(
        "//! The APIs that the messages cover: key, name, versions of the request, first flexible version.",
    );
    lines.line("//!");
    lines.line(NOTICE);
    lines.line("");
    lines.line("use std::fmt;");
    lines.line("use std::ops::RangeInclusive;");
    lines.line("");
    lines.line("/// An API of the protocol.");
    lines.line("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]");
    lines.line("#[repr(i16)]");
    lines.open("pub enum ApiKey {");
    for (api, request) in &apis {
        lines.line(format!("/// Key {}, {}.", api.key, request.versions));
        lines.line(format!("{} = {},", api.name, api.key));
    }
    lines.close("}");
    lines.line("");
    lines.open("impl ApiKey {");
    lines.line("/// Every API, ascending by key.");
    lines.open("pub const ALL: &[Self] = &[");
    for (api, _) in &apis {
        lines.line(format!("Self::{},", api.name));
    }
    lines.close("];");
    write_lookup(&mut lines, &apis);
    lines.close("}");
    lines.line("");
    lines.open("impl fmt::Display for ApiKey {");
    lines.open("fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {");
    lines.line("formatter.write_str(self.name())");
    lines.close("}");
    lines.close("}");
    GeneratedFile { path: "src/api_key.rs".into(), content: lines.finish() }
}

fn write_lookup(lines: &mut Lines, apis: &[(&Api, &Message)]) {
    lines.line("");
    lines.line("/// The API of a key of the wire; `None` for one that no message here covers.");
    lines.line("#[must_use]");
    lines.open("pub const fn from_code(code: i16) -> Option<Self> {");
    lines.open("match code {");
    for (api, _) in apis {
        lines.line(format!("{} => Some(Self::{}),", api.key, api.name));
    }
    lines.line("_ => None,");
    lines.close("}");
    lines.close("}");
    write_match(
        lines,
        apis,
        "Kafka's name, for example `ListOffsets`",
        ("name", "&'static str"),
        &|api, _| format!("{:?}", api.name),
    );
    lines.line("");
    lines.line("/// The key on the wire.");
    lines.line("#[must_use]");
    lines.open("pub const fn code(self) -> i16 {");
    lines.line("self as i16");
    lines.close("}");
    write_match(
        lines,
        apis,
        "The versions of the request",
        ("request_versions", "RangeInclusive<i16>"),
        &|_, request| format!("{}..={}", request.versions.first, request.versions.last),
    );
    write_match(
        lines,
        apis,
        "First version with compact lengths and tagged fields; `i16::MAX` if there is none",
        ("flexible_since", "i16"),
        &|_, request| request.flexible_since.map_or_else(|| "i16::MAX".to_owned(), |since| since.to_string()),
    );
}

/// Writes a method `(name, type)` with a value per API.
fn write_match(
    lines: &mut Lines,
    apis: &[(&Api, &Message)],
    doc: &str,
    (name, kind): (&str, &str),
    value: &dyn Fn(&Api, &Message) -> String,
) {
    lines.line("");
    lines.line(format!("/// {doc}."));
    lines.line("#[must_use]");
    lines.open(format!("pub const fn {name}(self) -> {kind} {{"));
    lines.open("match self {");
    let mut arms: Vec<(String, Vec<String>)> = Vec::new();
    for (api, request) in apis {
        let value = value(api, request);
        let variant = format!("Self::{}", api.name);
        match arms.iter_mut().find(|(known, _)| *known == value) {
            Some((_, variants)) => variants.push(variant),
            None => arms.push((value, vec![variant])),
        }
    }
    for (value, variants) in arms {
        lines.line(format!("{} => {value},", variants.join(" | ")));
    }
    lines.close("}");
    lines.close("}");
}

/// Writes the tables of the round-trip tests: our messages, and those of the other codec.
pub(crate) fn test_cases(schemas: &[Schema]) -> [GeneratedFile; 2] {
    let mut ours = Lines::default();
    ours.line("//! Every message.");
    ours.line("//!");
    ours.line(NOTICE);
    ours.line("");
    ours.line("use tidemill_protocol::messages;");
    ours.line("");
    ours.line("use super::round_trip::{Case, decode_only, our_codec};");
    ours.line("");
    ours.line("/// One case per message.");
    ours.open("pub(crate) const CASES: &[Case] = &[");
    let mut theirs = Lines::default();
    theirs.line("//! The messages that the crate kafka-protocol has as well.");
    theirs.line("//!");
    theirs.line(NOTICE);
    theirs.line("");
    theirs.line("use kafka_protocol::messages;");
    theirs.line("");
    theirs.line("use super::other_codec::{OtherCodec, other_codec};");
    theirs.line("");
    theirs.line("/// Names and codecs.");
    theirs.open("pub(crate) const OTHER_CASES: &[(&str, OtherCodec)] = &[");
    for schema in schemas {
        let is_shared = match &schema.api {
            Some(api) => !NOT_IN_KAFKA_PROTOCOL.contains(&api.name.as_str()),
            None => schema.name == "consumer_protocol",
        };
        for message in &schema.messages {
            let name = &message.name;
            let path = format!("messages::{name}");
            ours.line(format!(
                "Case {{ name: {name:?}, decode: decode_only::<{path}>, ours: our_codec::<{path}> }},"
            ));
            if is_shared {
                theirs.line(format!("({name:?}, other_codec::<{path}>),"));
            }
        }
    }
    let file = |path: &str, mut lines: Lines| {
        lines.close("];");
        GeneratedFile { path: path.into(), content: lines.finish() }
    };
    [file("tests/wire/cases.rs", ours), file("tests/wire/other_cases.rs", theirs)]
}
