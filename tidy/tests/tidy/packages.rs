//! Rules about the packages: who may depend on whom, and where versions live.

use std::collections::BTreeMap;

use super::tree;

/// The only edges that exist; every package may also depend on `tidemill-environment`.
const ALLOWED: [(&str, &[&str]); 12] = [
    ("tidemill-environment", &[]),
    ("tidemill-protocol", &[]),
    ("tidemill-protocol-generator", &[]),
    ("tidemill-log", &["tidemill-protocol"]),
    ("tidemill-client", &["tidemill-protocol"]),
    ("tidemill-broker", &["tidemill-protocol", "tidemill-log"]),
    ("tidemill-streams", &["tidemill-client"]),
    ("tidemill-examples", &["tidemill-streams", "tidemill-client"]),
    ("tidemill", &["tidemill-broker", "tidemill-client", "tidemill-streams", "tidemill-examples"]),
    ("tidemill-benches", &["tidemill-broker", "tidemill-client", "tidemill-streams", "tidemill-examples"]),
    ("tidemill-history", &[]),
    ("tidemill-tidy", &[]),
];
/// External crates that one package alone may use.
const ONLY_USER: [(&str, &str); 1] = [("rocksdb", "tidemill-streams")];

struct Manifest {
    path: String,
    name: String,
    /// Dependencies by the section they stand in.
    sections: BTreeMap<String, Vec<String>>,
}

fn manifests() -> Vec<Manifest> {
    let paths =
        tree::files("Cargo.toml").into_iter().filter(|path| path != "Cargo.toml" && !path.contains("/fuzz/"));
    paths
        .map(|path| {
            let text = tree::read(&path);
            let (mut section, mut name) = (String::new(), String::new());
            let mut sections: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
            {
                if let Some(header) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                    section = header.to_owned();
                } else if section == "package" && line.starts_with("name") {
                    name = line.split('"').nth(1).expect("a name is quoted").to_owned();
                } else if section.ends_with("dependencies") {
                    sections.entry(section.clone()).or_default().push(line.to_owned());
                }
            }
            Manifest { path, name, sections }
        })
        .collect()
}

fn dependency_name(line: &str) -> &str {
    line.split(['.', ' ', '=']).next().unwrap_or(line)
}

#[test]
fn packages_depend_only_on_what_the_design_allows() {
    let mut findings = Vec::new();
    for manifest in manifests() {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == manifest.name) else {
            findings.push(format!("{}: package {} is not in ALLOWED", manifest.path, manifest.name));
            continue;
        };
        for dependency in
            manifest.sections.get("dependencies").into_iter().flatten().map(|line| dependency_name(line))
        {
            let ours = dependency == "tidemill" || dependency.starts_with("tidemill-");
            if ours && dependency != "tidemill-environment" && !allowed.contains(&dependency) {
                findings.push(format!("{} must not depend on {dependency}", manifest.name));
            }
            if ONLY_USER.iter().any(|(name, user)| *name == dependency && *user != manifest.name) {
                findings.push(format!("{} must not use {dependency}", manifest.name));
            }
        }
    }
    tree::assert_none(&findings, "these edges break the layering");
}

#[test]
fn versions_and_features_live_in_the_root_alone() {
    let mut findings = Vec::new();
    for manifest in manifests() {
        for line in manifest.sections.values().flatten() {
            if !line.replace(' ', "").ends_with(".workspace=true") {
                findings.push(format!("{}: {line}", manifest.path));
            }
        }
    }
    tree::assert_none(
        &findings,
        "name version and features in [workspace.dependencies], here only `.workspace = true`",
    );
}

#[test]
fn every_dependency_of_the_root_says_why_it_is_there() {
    let text = tree::read("Cargo.toml");
    let table = text.split("[workspace.dependencies]").nth(1).expect("the root has the table");
    let table = table.split("\n[").next().unwrap_or(table);
    let lines = table.lines().filter(|line| line.contains('=') && !line.starts_with("tidemill-"));
    let findings: Vec<String> = lines.filter(|line| !line.contains('#')).map(str::to_owned).collect();
    tree::assert_none(&findings, "give each of these a reason behind `#`");
}

#[test]
fn handlers_touch_no_file_and_no_socket() {
    let forbidden = ["std::fs", "std::net::Tcp", "tokio::net", "tokio::fs", "tidemill_log::Disk"];
    let handlers = tree::files(".rs").into_iter().filter(|path| path.starts_with("broker/src/handlers/"));
    let findings: Vec<String> =
        handlers.filter(|path| forbidden.iter().any(|name| tree::read(path).contains(name))).collect();
    tree::assert_none(&findings, "ask a partition, the metadata or a coordinator instead");
}
