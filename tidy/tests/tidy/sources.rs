//! Rules about single source files.

use super::tree;

const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 70;
/// Generated code is as long as its schemas.
const GENERATED: [&str; 4] = [
    "broker/protocol/src/messages/",
    "broker/protocol/src/api_key.rs",
    "broker/protocol/tests/wire/cases.rs",
    "broker/protocol/tests/wire/other_cases.rs",
];
/// Files that may be longer, each with its reason.
const LONG_FILES: [(&str, &str); 3] = [
    ("broker/protocol/src/error_code.rs", "one table: Kafka's error codes, a line or two each"),
    ("broker/src/group/api/tests.rs", "one conversation with each of eleven APIs, in every version"),
    (
        "broker/src/group/coordinator/tests/simulation.rs",
        "one simulation: its moves and checks are read together",
    ),
];
const FORBIDDEN_NAMES: [&str; 8] = ["util", "utils", "common", "helper", "helpers", "misc", "types", "impls"];

fn sources() -> impl Iterator<Item = (String, String)> {
    let written = |path: &String| !GENERATED.iter().any(|generated| path.starts_with(generated));
    tree::files(".rs").into_iter().filter(written).map(|path| {
        let text = tree::read(&path);
        (path, text)
    })
}

/// Lines that hold code: neither blank, comment, nor part of a file's own tests.
fn code_lines(text: &str) -> usize {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let findings: Vec<String> =
        sources().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    tree::assert_none(&findings, "begin these files with a `//!` line that says what they are for");
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let findings: Vec<String> = sources()
        .filter(|(path, _)| !LONG_FILES.iter().any(|(long, _)| long == path))
        .map(|(path, text)| (path, code_lines(&text)))
        .filter(|(_, lines)| *lines > MAX_FILE_LINES)
        .map(|(path, lines)| format!("{path}: {lines} lines of code"))
        .collect();
    tree::assert_none(&findings, "split these files, or give a reason in LONG_FILES");
}

#[test]
fn no_function_is_longer_than_a_screen() {
    let mut findings = Vec::new();
    for (path, text) in sources() {
        for (name, lines) in functions(&text) {
            if lines > MAX_FUNCTION_LINES {
                findings.push(format!("{path}: {name} has {lines} lines"));
            }
        }
    }
    tree::assert_none(&findings, "split these functions");
}

#[test]
fn no_name_says_nothing() {
    let findings: Vec<String> = tree::files(".rs")
        .into_iter()
        .filter(|path| path.split('/').any(|part| FORBIDDEN_NAMES.contains(&part.trim_end_matches(".rs"))))
        .collect();
    tree::assert_none(&findings, "name these files after what they hold");
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("#[ign", "ore]")];
    let mut findings = Vec::new();
    for (path, text) in sources() {
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| marks.iter().any(|mark| line.contains(mark)))
        {
            findings.push(format!("{path}:{}: {}", number + 1, line.trim()));
        }
    }
    tree::assert_none(&findings, "finish these places or file them elsewhere");
}

/// Names and lengths (in code lines) of the functions of a formatted file: from `fn` to the brace in its column.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let Some(name) = function_name(code) else { continue };
        let closing = format!("{}}}", " ".repeat(indent));
        let Some(length) = lines[start..].iter().position(|line| *line == closing) else {
            continue;
        };
        found.push((name.to_owned(), code_lines(&lines[start..=start + length].join("\n"))));
    }
    found
}

fn function_name(code: &str) -> Option<&str> {
    let mut words = code.split_whitespace();
    let before_name = words.by_ref().find(|word| {
        !(word.starts_with("pub") || ["const", "async", "unsafe", "extern", "in"].contains(word))
    })?;
    if before_name != "fn" {
        return None;
    }
    words.next()?.split(['(', '<']).next()
}

#[test]
fn the_measure_of_functions_sees_their_code() {
    let text = "impl A {\n    pub(crate) async fn long<T>(&self) {\n        // why\n        one();\n\n        two();\n    }\n}\n";
    assert_eq!(functions(text), [("long".to_owned(), 4)]);
    assert_eq!(function_name("let fn_like = 1;"), None);
}
