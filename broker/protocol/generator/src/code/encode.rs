//! The body of `encode`.

use super::decode::primitive;
use super::lines::Lines;
use crate::schema::{Field, Kind, Message, Struct};

/// Writes the statements that append `owner`.
pub(crate) fn write_encode(lines: &mut Lines, message: &Message, owner: &Struct) {
    let flexible = message.flexible_argument(owner);
    if let ("flexible", Some(since)) = (flexible, message.flexible_since) {
        lines.line(format!("let flexible = version >= {since};"));
    }
    let (mut tagged, plain): (Vec<&Field>, Vec<&Field>) =
        owner.fields.iter().partition(|field| field.tag.is_some());
    tagged.sort_by_key(|field| field.tag);
    for field in plain {
        write_plain(lines, message, owner, field);
    }
    for field in &tagged {
        if let (Some(condition), false) =
            (field.versions.opposite_condition(owner.versions), field.is_ignorable)
        {
            lines.open(format!("if {condition} && {} {{", field.is_set()));
            lines.line(not_in_version(owner, field));
            lines.close("}");
        }
    }
    match flexible {
        "flexible" => {
            lines.open("if flexible {");
            write_tagged(lines, message, owner, &tagged);
            lines.close("}");
        }
        "true" => write_tagged(lines, message, owner, &tagged),
        _ => {}
    }
    lines.line("Ok(())");
}

fn not_in_version(owner: &Struct, field: &Field) -> String {
    format!("return Err(EncodeError::not_in_version({}, version));", field.error_name(owner))
}

/// Writes a field that is not tagged, or the check that it may be left out.
fn write_plain(lines: &mut Lines, message: &Message, owner: &Struct, field: &Field) {
    let Some(condition) = field.versions.condition(owner.versions) else {
        write_value(lines, message, owner, field, message.flexible_argument(owner));
        return;
    };
    lines.open(format!("if {condition} {{"));
    write_value(lines, message, owner, field, message.flexible_argument(owner));
    if !field.is_ignorable {
        lines.reopen(format!("}} else if {} {{", field.is_set()));
        lines.line(not_in_version(owner, field));
    }
    lines.close("}");
}

fn write_tagged(lines: &mut Lines, message: &Message, owner: &Struct, tagged: &[&Field]) {
    if tagged.is_empty() {
        lines.line("writer.write_no_tagged_fields();");
        return;
    }
    lines.line("let tags = writer.start_tagged_fields();");
    for field in tagged {
        let since = message.flexible_since.expect("a struct with tagged fields is flexible");
        let flexible_versions =
            crate::versions::Versions { first: since.max(owner.versions.first), last: owner.versions.last };
        let condition = match field.versions.condition(flexible_versions) {
            Some(condition) => format!("{condition} && "),
            None => String::new(),
        };
        let tag = field.tag.expect("only tagged fields are here");
        lines.open(format!("if {condition}{} {{", parenthesised(&field.is_set(), &condition)));
        lines.line(format!("let tag = writer.start_tag(tags, {tag});"));
        write_value(lines, message, owner, field, "true");
        lines.line(format!("writer.end_tag(tag, {})?;", field.error_name(owner)));
        lines.close("}");
    }
}

/// Keeps `condition && is_set` unambiguous.
fn parenthesised(is_set: &str, condition: &str) -> String {
    if !condition.is_empty() && is_set.contains("||") { format!("({is_set})") } else { is_set.to_owned() }
}

/// Writes the statements that append the field's value.
fn write_value(lines: &mut Lines, message: &Message, owner: &Struct, field: &Field, flexible: &str) {
    let name = field.error_name(owner);
    let value = format!("self.{}", field.rust_name());
    if let Some(condition) = field.nullable.and_then(|nullable| nullable.opposite_condition(field.versions)) {
        lines.open(format!("if {condition} && {value}.is_none() {{"));
        lines.line(format!("return Err(EncodeError::null_not_allowed({name}, version));"));
        lines.close("}");
    }
    let nullable = if field.is_optional() { "nullable_" } else { "" };
    match &field.kind {
        Kind::Struct(inner) => write_struct(lines, message, field, inner),
        Kind::String => {
            let value = if field.is_optional() { format!("{value}.as_deref()") } else { format!("&{value}") };
            lines.line(format!("writer.write_{nullable}string({flexible}, {value}, {name})?;"));
        }
        Kind::Bytes | Kind::Records => {
            let method = if field.kind == Kind::Bytes { "bytes" } else { "records" };
            let value = if field.is_optional() { format!("{value}.as_ref()") } else { format!("&{value}") };
            lines.line(format!("writer.write_{nullable}{method}({flexible}, {value}, {name})?;"));
        }
        Kind::Array(element) => {
            let value = if field.is_optional() { format!("{value}.as_deref()") } else { format!("&{value}") };
            let write_element = write_element(message, element, flexible, &name);
            lines.line(format!(
                "writer.write_{nullable}array({flexible}, {value}, {name}, |writer, element| {write_element})?;"
            ));
        }
        kind => lines.line(format!("writer.write_{}({value});", primitive(kind))),
    }
}

/// Writes a struct, or whether it is there.
fn write_struct(lines: &mut Lines, message: &Message, field: &Field, inner: &str) {
    let version = version_argument(message, inner);
    let name = field.rust_name();
    if !field.is_optional() {
        lines.line(format!("self.{name}.encode(writer{version})?;"));
        return;
    }
    let presence = if field.tag.is_some() { "write_tagged_presence" } else { "write_presence" };
    lines.line(format!("writer.{presence}(self.{name}.is_some());"));
    let local = field.local_name();
    lines.open(format!("if let Some({local}) = &self.{name} {{"));
    lines.line(format!("{local}.encode(writer{version})?;"));
    lines.close("}");
}

fn version_argument(message: &Message, inner: &str) -> &'static str {
    if message.depends_on_version(message.find(inner)) { ", version" } else { "" }
}

/// The body of the closure that writes an element.
fn write_element(message: &Message, kind: &Kind, flexible: &str, name: &str) -> String {
    match kind {
        Kind::Struct(inner) => format!("element.encode(writer{})", version_argument(message, inner)),
        Kind::String => format!("writer.write_string({flexible}, element, {name})"),
        Kind::Bytes => format!("writer.write_bytes({flexible}, element, {name})"),
        Kind::Array(_) | Kind::Records => unreachable!("no field is an array of {kind:?}"),
        kind => format!("{{ writer.write_{}(*element); Ok(()) }}", primitive(kind)),
    }
}
