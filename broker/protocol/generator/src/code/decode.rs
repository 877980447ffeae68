//! The body of `decode`.

use super::lines::Lines;
use crate::schema::{Field, Kind, Message, Struct};
use crate::versions::Versions;

/// Writes the statements that read `owner`, field by field into variables, and build it.
pub(crate) fn write_decode(lines: &mut Lines, message: &Message, owner: &Struct) {
    let flexible = message.flexible_argument(owner);
    if let ("flexible", Some(since)) = (flexible, message.flexible_since) {
        lines.line(format!("let flexible = version >= {since};"));
    }
    let (tagged, plain): (Vec<&Field>, Vec<&Field>) =
        owner.fields.iter().partition(|field| field.tag.is_some());
    for field in plain {
        let value = read_nullable(message, owner, field, flexible);
        let name = field.local_name();
        match field.versions.condition(owner.versions) {
            None => lines.line(format!("let {name} = {value};")),
            Some(condition) => {
                let default = field.default_value();
                lines.line(format!("let {name} = if {condition} {{ {value} }} else {{ {default} }};"));
            }
        }
    }
    for field in &tagged {
        lines.line(format!("let mut {} = {};", field.local_name(), field.default_value()));
    }
    if flexible != "false" {
        if flexible == "flexible" {
            lines.open("if flexible {");
        }
        write_tagged(lines, message, owner, &tagged);
        if flexible == "flexible" {
            lines.close("}");
        }
    }
    write_built(lines, owner);
}

/// Writes the expression that builds the struct.
fn write_built(lines: &mut Lines, owner: &Struct) {
    let fields: Vec<String> = (owner.fields.iter())
        .map(|field| {
            let (name, local) = (field.rust_name(), field.local_name());
            if name == local { name } else { format!("{name}: {local}") }
        })
        .collect();
    lines.line(format!("Ok(Self {{ {} }})", fields.join(", ")));
}

fn write_tagged(lines: &mut Lines, message: &Message, owner: &Struct, tagged: &[&Field]) {
    let name = format!("{:?}", owner.name);
    if tagged.is_empty() {
        lines.line(format!("reader.skip_tagged_fields({name})?;"));
        return;
    }
    let since = message.flexible_since.expect("a struct with tagged fields is flexible");
    let first = since.max(owner.versions.first);
    let flexible_versions = Versions { first, last: owner.versions.last };
    lines.open(format!("reader.read_tagged_fields({name}, &mut |tag, reader| {{"));
    lines.open("match tag {");
    for field in tagged {
        let tag = field.tag.expect("only tagged fields are here");
        let guard = match field.versions.condition(flexible_versions) {
            Some(condition) => format!(" if {condition}"),
            None => String::new(),
        };
        let value = read_nullable(message, owner, field, "true");
        lines.line(format!("{tag}{guard} => {} = {value},", field.local_name()));
    }
    lines.line("_ => return Ok(false),");
    lines.close("}");
    lines.line("Ok(true)");
    lines.close("})?;");
}

/// The expression that reads a field in the versions that have it.
fn read_nullable(message: &Message, owner: &Struct, field: &Field, flexible: &str) -> String {
    let Some(nullable) = field.nullable else {
        return read(message, owner, field, flexible);
    };
    let or_null = match &field.kind {
        Kind::Struct(_) => {
            let presence = if field.tag.is_some() { "read_tagged_presence" } else { "read_presence" };
            let name = field.error_name(owner);
            let value = read(message, owner, field, flexible);
            format!("if reader.{presence}({name})? {{ Some({value}) }} else {{ None }}")
        }
        _ => read_call(message, owner, field, flexible, "nullable_"),
    };
    match nullable.condition(field.versions) {
        None => or_null,
        Some(condition) => {
            let value = read(message, owner, field, flexible);
            format!("if {condition} {{ {or_null} }} else {{ Some({value}) }}")
        }
    }
}

/// The expression that reads a value that is not null.
fn read(message: &Message, owner: &Struct, field: &Field, flexible: &str) -> String {
    read_call(message, owner, field, flexible, "")
}

fn read_call(message: &Message, owner: &Struct, field: &Field, flexible: &str, nullable: &str) -> String {
    let name = field.error_name(owner);
    match &field.kind {
        Kind::Array(element) => {
            let min_bytes = message.min_size_bytes(element, field.versions);
            let read_element = match element.as_ref() {
                Kind::Struct(inner) if !message.depends_on_version(message.find(inner)) => {
                    format!("{inner}::decode")
                }
                element => format!("|reader| {}", read_one(message, element, flexible, &name).0),
            };
            format!("reader.read_{nullable}array({flexible}, {min_bytes}, {name}, {read_element})?")
        }
        kind => {
            let (call, method) = read_one(message, kind, flexible, &name);
            match method {
                Some(method) => format!("{}?", call.replacen(method, &format!("{nullable}{method}"), 1)),
                None => format!("{call}?"),
            }
        }
    }
}

/// The call that reads one value, and the part of its name that a null variant prefixes.
fn read_one(message: &Message, kind: &Kind, flexible: &str, name: &str) -> (String, Option<&'static str>) {
    let method = match kind {
        Kind::Struct(inner) => {
            let version = if message.depends_on_version(message.find(inner)) { ", version" } else { "" };
            return (format!("{inner}::decode(reader{version})"), None);
        }
        Kind::String => "string",
        Kind::Bytes => "bytes",
        Kind::Records => "records",
        _ => return (format!("reader.read_{}({name})", primitive(kind)), None),
    };
    (format!("reader.read_{method}({flexible}, {name})"), Some(method))
}

/// The name of a type of fixed size in the methods of `Reader` and `Writer`.
pub(crate) fn primitive(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Int8 => "i8",
        Kind::Int16 => "i16",
        Kind::Uint16 => "u16",
        Kind::Int32 => "i32",
        Kind::Int64 => "i64",
        Kind::Float64 => "f64",
        Kind::Uuid => "uuid",
        other => unreachable!("{other:?} has no fixed size"),
    }
}
