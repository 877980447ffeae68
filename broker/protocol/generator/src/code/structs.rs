//! A module of messages: structs, defaults, trait implementations.

use super::decode::write_decode;
use super::encode::write_encode;
use super::lines::Lines;
use crate::GeneratedFile;
use crate::schema::{Api, Message, Role, Schema, Struct};

/// Writes the module of a schema.
pub(crate) fn message_file(schema: &Schema) -> GeneratedFile {
    let mut body = Lines::default();
    for message in &schema.messages {
        for (index, owner) in message.structs.iter().enumerate() {
            let is_message = index == 0;
            write_struct(&mut body, message, owner, is_message);
            write_default(&mut body, owner);
            write_functions(&mut body, message, owner, is_message);
        }
        write_role(&mut body, schema.api.as_ref(), message);
    }
    let body = body.finish();
    let mut lines = Lines::default();
    write_module_doc(&mut lines, schema);
    write_imports(&mut lines, schema, &body);
    let content = lines.finish() + &body;
    GeneratedFile { path: format!("src/messages/{}.rs", schema.name).into(), content }
}

fn write_module_doc(lines: &mut Lines, schema: &Schema) {
    match &schema.api {
        Some(api) => {
            let flexible = match schema.messages[0].flexible_since {
                Some(since) => format!("flexible since version {since}"),
                None => "never flexible".to_owned(),
            };
            let versions = schema.messages[0].versions;
            lines.line(format!("//! {} (API key {}), {versions}, {flexible}.", api.name, api.key));
        }
        None => {
            let names: Vec<&str> = schema.messages.iter().map(|message| message.name.as_str()).collect();
            lines.line(format!("//! Values kept in bytes: {}.", names.join(", ")));
        }
    }
    lines.line("//!");
    lines.line(format!(
        "//! Written by `tidemill-protocol-generator` from `schemas/{}.schema`; edits are overwritten.",
        schema.name
    ));
    lines.line("");
}

/// Imports what `body` uses.
fn write_imports(lines: &mut Lines, schema: &Schema, body: &str) {
    let uses = |word: &str| body.split(|letter: char| !letter.is_alphanumeric()).any(|found| found == word);
    lines.line("use std::ops::RangeInclusive;");
    lines.line("");
    if uses("Bytes") {
        lines.line("use bytes::Bytes;");
        lines.line("");
    }
    let mut names = vec!["DecodeError", "EncodeError", "Message", "Reader", "Writer"];
    if schema.api.is_some() {
        names.extend(["ApiKey", "Request"]);
    }
    names.extend(["Records", "Uuid"].into_iter().filter(|name| uses(name)));
    names.sort_unstable();
    lines.line(format!("use crate::{{{}}};", names.join(", ")));
    lines.line("");
}

fn write_struct(lines: &mut Lines, message: &Message, owner: &Struct, is_message: bool) {
    let what = match message.role {
        _ if !is_message => format!("Part of [`{}`], {}.", message.name, owner.versions),
        Role::Request => format!("Request, {}.", owner.versions),
        Role::Response => format!("Response, {}.", owner.versions),
        Role::Data(_) => format!("{}, {}.", message.name, owner.versions),
    };
    lines.line(format!("/// {what}"));
    let default = if has_derived_default(owner) { ", Default" } else { "" };
    lines.line(format!("#[derive(Debug, Clone, PartialEq{default})]"));
    lines.open(format!("pub struct {} {{", owner.name));
    for field in &owner.fields {
        lines.line(format!("/// {}", field.doc(owner)));
        lines.line(format!("pub {}: {},", field.rust_name(), field.rust_type()));
    }
    lines.close("}");
    lines.line("");
}

fn has_derived_default(owner: &Struct) -> bool {
    owner.fields.iter().all(crate::schema::Field::has_natural_default)
}

fn write_default(lines: &mut Lines, owner: &Struct) {
    if has_derived_default(owner) {
        return;
    }
    lines.open(format!("impl Default for {} {{", owner.name));
    lines.open("fn default() -> Self {");
    lines.open("Self {");
    for field in &owner.fields {
        lines.line(format!("{}: {},", field.rust_name(), field.default_value()));
    }
    lines.close("}");
    lines.close("}");
    lines.close("}");
    lines.line("");
}

fn write_functions(lines: &mut Lines, message: &Message, owner: &Struct, is_message: bool) {
    let version = if is_message || message.depends_on_version(owner) { ", version: i16" } else { "" };
    if is_message {
        lines.open(format!("impl Message for {} {{", owner.name));
        let (first, last) = (owner.versions.first, owner.versions.last);
        lines.line(format!("const VERSIONS: RangeInclusive<i16> = {first}..={last};"));
        lines.line("");
    } else {
        lines.open(format!("impl {} {{", owner.name));
    }
    lines.open(format!("fn decode(reader: &mut Reader{version}) -> Result<Self, DecodeError> {{"));
    if is_message {
        lines.line(format!("reader.check_version({:?}, version, &Self::VERSIONS)?;", owner.name));
    }
    write_decode(lines, message, owner);
    lines.close("}");
    lines.line("");
    lines.open(format!("fn encode(&self, writer: &mut Writer{version}) -> Result<(), EncodeError> {{"));
    if is_message {
        lines.line(format!("writer.check_version({:?}, version, &Self::VERSIONS)?;", owner.name));
    }
    write_encode(lines, message, owner);
    lines.close("}");
    lines.close("}");
    lines.line("");
}

/// Writes what a message is besides its fields.
fn write_role(lines: &mut Lines, api: Option<&Api>, message: &Message) {
    match (message.role, api) {
        (Role::Request, Some(api)) => {
            lines.open(format!("impl Request for {} {{", message.name));
            lines.line(format!("const API_KEY: ApiKey = ApiKey::{};", api.name));
            let since =
                message.flexible_since.map_or_else(|| "i16::MAX".to_owned(), |since| since.to_string());
            lines.line(format!("const FLEXIBLE_SINCE: i16 = {since};"));
            lines.line(format!("type Response = {}Response;", api.name));
            lines.close("}");
            lines.line("");
        }
        (Role::Data(Some(record_type)), _) => {
            lines.open(format!("impl {} {{", message.name));
            lines.line("/// The `i16` in front of the key in a coordinator's record.");
            lines.line(format!("pub const RECORD_TYPE: i16 = {record_type};"));
            lines.close("}");
            lines.line("");
        }
        _ => {}
    }
}
