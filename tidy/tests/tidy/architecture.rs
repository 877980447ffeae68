//! ARCHITECTURE.md describes what exists: paths in backticks are files, invariants name tests.

use std::collections::BTreeSet;

use super::tree;

/// Texts in backticks, outside of code blocks.
fn quoted(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect();
    prose.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_path_that_the_architecture_names_exists() {
    let text = tree::read("ARCHITECTURE.md");
    let is_path = |name: &&String| {
        name.contains('/') && !name.contains([' ', '*', '<', '{', ':']) && !name.starts_with(['/', '-'])
    };
    let findings: Vec<String> = quoted(&text)
        .iter()
        .filter(is_path)
        .filter(|path| !tree::root().join(path).exists())
        .cloned()
        .collect();
    tree::assert_none(&findings, "ARCHITECTURE.md names paths that do not exist");
}

#[test]
fn every_test_that_the_architecture_names_exists() {
    let text = tree::read("ARCHITECTURE.md");
    let named: BTreeSet<String> =
        quoted(&text).into_iter().filter_map(|name| name.strip_prefix("test: ").map(str::to_owned)).collect();
    assert!(named.len() >= 8, "each invariant names the test that holds it, as `test: name_of_the_test`");
    let sources: Vec<String> = tree::files(".rs").iter().map(|path| tree::read(path)).collect();
    let exists = |name: &String| sources.iter().any(|source| source.contains(&format!("fn {name}(")));
    let findings: Vec<String> = named.into_iter().filter(|name| !exists(name)).collect();
    tree::assert_none(&findings, "ARCHITECTURE.md names tests that do not exist");
}
