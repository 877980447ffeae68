//! `docs/compatibility.md` says what the broker does: APIs and versions, configuration keys, KIPs.
//!
//! The section of configuration keys is generated: `UPDATE_COMPATIBILITY=1 cargo test -p tidemill-broker --test broker
//! compatibility` writes it anew from the key tables.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use tidemill_protocol::ApiKey;
use tidemill_protocol::messages::api_versions::ApiVersionsRequest;

use crate::wire::TestBroker;

const BEGIN: &str = "<!-- generated: configuration keys -->\n";
const END: &str = "<!-- end of generated -->";
const STATES: [&str; 3] = ["works", "partly", "not"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn page() -> String {
    fs::read_to_string(root().join("docs/compatibility.md")).unwrap()
}

/// The cells of the table under `heading`, without its two head lines.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, section) = page.split_once(&format!("\n{heading}\n")).unwrap();
    let lines =
        section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    lines
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// API names and version ranges as the page tells them; no range for what is not served.
fn told_apis(page: &str) -> BTreeMap<String, Option<(i16, i16)>> {
    let mut told = BTreeMap::new();
    for row in table(page, "## Kafka APIs") {
        let names: Vec<&str> = row[0].split(", ").collect();
        let ranges: Vec<Option<(i16, i16)>> = match row[1].as_str() {
            "-" => vec![None; names.len()],
            versions => versions.split(", ").map(|text| Some(range(text))).collect(),
        };
        assert_eq!(names.len(), ranges.len(), "as many version ranges as names: {}", row[0]);
        assert!(STATES.contains(&row[2].as_str()), "the state of {} is one of {STATES:?}", row[0]);
        assert_eq!(row[1] == "-", row[2] == "not", "what is served is not `not`: {}", row[0]);
        for (name, range) in names.into_iter().zip(ranges) {
            assert!(told.insert(name.to_owned(), range).is_none(), "{name} has two rows");
        }
    }
    told
}

fn range(text: &str) -> (i16, i16) {
    let (min, max) = text.split_once('-').unwrap_or((text, text));
    (min.parse().unwrap(), max.parse().unwrap())
}

#[test]
fn the_page_tells_every_api_with_the_versions_that_the_broker_advertises() {
    let broker = TestBroker::start();
    let request = ApiVersionsRequest {
        client_software_name: "compatibility-test".into(),
        client_software_version: "1".into(),
    };
    let response = broker.connect().newest(&request);
    assert_eq!(response.error_code, 0);
    let advertised: BTreeMap<i16, (i16, i16)> =
        response.api_keys.iter().map(|api| (api.api_key, (api.min_version, api.max_version))).collect();
    let served: BTreeMap<String, Option<(i16, i16)>> =
        ApiKey::ALL.iter().map(|key| (format!("{key:?}"), advertised.get(&key.code()).copied())).collect();
    assert_eq!(advertised.len(), served.values().flatten().count(), "an API without a name is advertised");
    let told = told_apis(&page());
    for (name, versions) in &served {
        assert_eq!(told.get(name), Some(versions), "{name} in docs/compatibility.md");
    }
    let invented: Vec<&String> = told.keys().filter(|name| !served.contains_key(*name)).collect();
    assert!(invented.is_empty(), "these are no APIs: {invented:?}");
}

/// One line of a key table: name, type, default, flags.
fn keys(file: &str) -> Vec<[String; 4]> {
    let text = fs::read_to_string(root().join("broker/src/config").join(file)).unwrap();
    let fields = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        [columns[0], columns[1], columns[2], columns[4]].map(str::to_owned)
    };
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(fields).collect()
}

fn generated_keys(kind: &str, file: &str) -> String {
    let mut text = format!(
        "### {kind} keys that have an effect\n\n| key | type | default | changes take effect |\n|---|---|---|---|\n"
    );
    let (honoured, other): (Vec<_>, Vec<_>) =
        keys(file).into_iter().partition(|[_, _, _, flags]| flags.split(',').any(|flag| flag == "honoured"));
    for [name, value_kind, default, flags] in honoured {
        let default = match default.as_str() {
            "-" => "none".to_owned(),
            "\"\"" => "empty".to_owned(),
            value => format!("`{}`", value.replace('|', "\\|")),
        };
        let live = kind == "Topic" || flags.split(',').any(|flag| flag == "dynamic");
        let live = if live { "at once" } else { "at the next start" };
        writeln!(text, "| `{name}` | {value_kind} | {default} | {live} |").unwrap();
    }
    write!(
        text,
        "\n### {kind} keys that have none yet\n\nKnown, checked, shown, and warned about when set:\n"
    )
    .unwrap();
    let mut column = usize::MAX;
    for [name, ..] in other {
        let word = format!("`{name}`");
        if column.saturating_add(word.len()) > 115 {
            text.push('\n');
            column = 0;
        } else {
            text.push(' ');
        }
        column += word.len() + 1;
        text.push_str(&word);
    }
    text.push_str("\n\n");
    text
}

#[test]
fn the_page_lists_every_configuration_key_and_whether_it_has_an_effect() {
    let generated = generated_keys("Broker", "broker_keys.txt") + &generated_keys("Topic", "topic_keys.txt");
    let page = page();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (told, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_COMPATIBILITY").is_some() {
        fs::write(root().join("docs/compatibility.md"), format!("{before}{BEGIN}\n{generated}{END}{after}"))
            .unwrap();
        return;
    }
    let first_difference = generated.lines().zip(told.trim_start().lines()).find(|(is, told)| is != told);
    assert_eq!(
        told.trim(),
        generated.trim(),
        "run UPDATE_COMPATIBILITY=1 cargo test -p tidemill-broker --test broker compatibility; first: {first_difference:?}"
    );
}

/// The numbers of the KIPs that a text names.
fn kips(text: &str) -> BTreeSet<u32> {
    let number = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    text.split("KIP-").skip(1).filter_map(number).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_page_has_a_row_for_every_kip_that_the_code_names() {
    let mut told = BTreeSet::new();
    let mut last = 0;
    for row in table(&page(), "## KIPs") {
        let number = *kips(&row[0]).first().unwrap();
        assert!(number > last, "KIP-{number} is out of order");
        assert!(STATES.contains(&row[2].as_str()), "the state of KIP-{number} is one of {STATES:?}");
        told.insert(number);
        last = number;
    }
    let mut files = Vec::new();
    for folder in ["broker/src", "broker/log/src", "broker/client/src"] {
        sources(&root().join(folder), &mut files);
    }
    assert!(files.len() > 100, "{} files", files.len());
    let named: BTreeSet<u32> =
        files.iter().flat_map(|file| kips(&fs::read_to_string(file).unwrap())).collect();
    let missing: Vec<&u32> = named.difference(&told).collect();
    assert!(missing.is_empty(), "add rows for these KIPs to docs/compatibility.md: {missing:?}");
}
