//! What lies in a folder of one-file-each is registered in the folder's list.

use super::tree;

/// Folders whose files are each one capability, and the file that lists them.
const REGISTRIES: [(&str, &str); 2] = [
    ("broker/src/handlers/", "broker/src/handlers/mod.rs"),
    ("streams/src/dsl/operators/", "streams/src/dsl/operators/mod.rs"),
];

#[test]
fn every_file_of_a_registry_is_registered() {
    let mut findings = Vec::new();
    for (folder, list) in REGISTRIES {
        let registered = tree::read(list);
        for path in tree::files(".rs") {
            let Some(name) = path.strip_prefix(folder).and_then(|file| file.strip_suffix(".rs")) else {
                continue;
            };
            let own_module = !name.contains('/') && name != "mod";
            if own_module
                && !registered
                    .lines()
                    .any(|line| line.trim_end_matches(';').ends_with(&format!("mod {name}")))
            {
                findings.push(format!("{path} is not in {list}"));
            }
        }
    }
    tree::assert_none(&findings, "add a line for each");
}

#[test]
fn every_kafka_api_has_a_handler_or_is_declared_unserved() {
    let compatibility = tree::read("docs/compatibility.md");
    let handlers = tree::read("broker/src/handlers/mod.rs");
    let keys = tree::read("broker/protocol/src/api_key.rs");
    let mut findings = Vec::new();
    for line in keys.lines() {
        let Some((name, _)) = line.trim().split_once(" = ") else {
            continue;
        };
        let is_variant = name.chars().all(char::is_alphanumeric) && name.starts_with(char::is_uppercase);
        if is_variant
            && !handlers.contains(&format!("{name} =>"))
            && !handlers.contains(&format!("ApiKey::{name}"))
            && !compatibility.contains(name)
        {
            findings.push(name.to_owned());
        }
    }
    tree::assert_none(&findings, "serve these APIs or name them in docs/compatibility.md");
}
