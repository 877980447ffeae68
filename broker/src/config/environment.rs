//! `KAFKA_*` environment variables by the rule of the apache/kafka image.
//!
//! ```text
//! KAFKA_LOG_RETENTION_MS -> log.retention.ms     the prefix goes, the rest in lower case, _ becomes .
//! __ -> _                                        ___ -> -
//! ```
//! The Confluent image swaps the last two; that reading is tried when Apache's names no key. The variables are a
//! parameter: this module never reads the environment.

use super::properties::Properties;
use super::registry;

const PREFIX: &str = "KAFKA_";

/// Variables of the images' start scripts, which are no configuration.
const SCRIPT_VARIABLES: [&str; 7] = [
    "KAFKA_VERSION",
    "KAFKA_HEAP_OPTS",
    "KAFKA_OPTS",
    "KAFKA_LOG4J_OPTS",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_DEBUG",
];
const SCRIPT_PREFIXES: [&str; 3] = ["KAFKA_LOG4J_", "KAFKA_JMX_", "KAFKA_TOOLS_LOG4J_"];

/// What the environment says about the broker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvironmentProperties {
    /// Configuration keys and values.
    pub properties: Properties,
    /// Names of `KAFKA_*` variables that configure the Java start scripts and mean nothing here.
    pub ignored: Vec<String>,
    /// `CLUSTER_ID`, the id to format the storage with.
    pub cluster_id: Option<String>,
}

/// Reads the configuration out of environment `variables`, pairs of name and value.
pub fn read<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> EnvironmentProperties {
    let mut found = EnvironmentProperties::default();
    for (name, value) in variables {
        if name == "CLUSTER_ID" && !value.is_empty() {
            found.cluster_id = Some(value.to_owned());
        }
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let is_script_variable =
            SCRIPT_VARIABLES.contains(&name) || SCRIPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        if is_script_variable || rest.is_empty() {
            found.ignored.push(name.to_owned());
        } else {
            found.properties.insert(key_of(rest), value.to_owned());
        }
    }
    found
}

fn key_of(rest: &str) -> String {
    let apache = translate(rest, '_', '-');
    if registry::is_known_broker_key(&apache) {
        return apache;
    }
    let confluent = translate(rest, '-', '_');
    if registry::is_known_broker_key(&confluent) { confluent } else { apache }
}

/// Replaces runs of one, two and three underscores by `.`, `two` and `three`; longer runs start over after three.
fn translate(rest: &str, two: char, three: char) -> String {
    let mut key = String::with_capacity(rest.len());
    let mut run = 0;
    for character in rest.chars().chain(std::iter::once('\0')) {
        if character == '_' && run < 3 {
            run += 1;
            continue;
        }
        match run {
            1 => key.push('.'),
            2 => key.push(two),
            3 => key.push(three),
            _ => {}
        }
        run = usize::from(character == '_');
        if run == 0 && character != '\0' {
            key.extend(character.to_lowercase());
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn underscores_become_dots_and_names_lower_case() {
        let found = read([("KAFKA_LOG_RETENTION_MS", "5"), ("PATH", "/bin"), ("KAFKAX", "1")]);
        assert_eq!(found.properties, Properties::from([("log.retention.ms".to_owned(), "5".to_owned())]));
    }

    #[test]
    fn two_underscores_are_one_and_three_are_a_dash() {
        assert_eq!(translate("A__B___C_D", '_', '-'), "a_b-c.d");
        assert_eq!(translate("A__B___C_D", '-', '_'), "a-b_c.d");
        assert_eq!(translate("A____B", '_', '-'), "a-.b");
    }

    #[test]
    fn variables_of_the_start_scripts_are_ignored_by_name() {
        let found = read([("KAFKA_HEAP_OPTS", "-Xmx1g"), ("KAFKA_JMX_PORT", "1"), ("KAFKA_NODE_ID", "7")]);
        assert_eq!(found.ignored, ["KAFKA_HEAP_OPTS", "KAFKA_JMX_PORT"]);
        assert_eq!(found.properties.len(), 1);
    }

    #[test]
    fn cluster_id_is_read_without_the_prefix() {
        assert_eq!(read([("CLUSTER_ID", "abc")]).cluster_id.as_deref(), Some("abc"));
    }
}
