//! The topics an application makes for itself: their names, partitions and configurations, those of Kafka Streams.
//!
//! A repartition topic has as many partitions as the widest topic read by the sub-topology that writes it; a changelog as
//! many as its sub-topology has tasks. Topics that exist must fit: nothing of theirs is changed.

use std::collections::{BTreeMap, HashMap};

use tidemill_client::{AdminError, BlockingAdmin, ConfigResource, ErrorCode, NewTopic};

use super::error::StartError;
use crate::state::StoreKind;
use crate::topology::{NodeRole, Topology};

/// How much longer than its store a window changelog keeps records: Kafka Streams'
/// `windowstore.changelog.additional.retention.ms`, one day.
const ADDITIONAL_RETENTION_MS: i64 = 24 * 60 * 60 * 1_000;
const REPARTITION_SEGMENT_BYTES: &str = "52428800";

/// A topic of the application's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InternalTopic {
    /// Its name on the cluster.
    pub(crate) name: String,
    /// Its partitions.
    pub(crate) partitions: i32,
    /// Its configuration.
    pub(crate) configs: Vec<(&'static str, String)>,
}

/// What an application knows of the topics it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TopicPlan {
    /// The partitions of every topic that is read, by its name on the cluster.
    pub(crate) source_partitions: BTreeMap<String, i32>,
    /// The sub-topology that reads each of them.
    pub(crate) readers: BTreeMap<String, usize>,
    /// The topics to create.
    pub(crate) internal: Vec<InternalTopic>,
}

/// Returns the user's topics that `topology` reads.
pub(crate) fn external_sources(topology: &Topology) -> Vec<String> {
    let topics = topology.nodes().iter().filter_map(|node| match &node.role {
        NodeRole::Source { topic: topic @ crate::topology::TopicName::External(_), .. } => {
            Some(topic.to_string())
        }
        NodeRole::Source { .. } | NodeRole::Processor { .. } | NodeRole::Sink { .. } => None,
    });
    topics.collect()
}

/// Plans the topics of `topology`, given the partitions of the user's topics.
///
/// # Errors
/// [`StartError::MissingTopics`] if one of the user's topics is not among them.
pub(crate) fn plan(
    topology: &Topology,
    application_id: &str,
    existing: &HashMap<String, i32>,
) -> Result<TopicPlan, StartError> {
    let missing: Vec<String> =
        external_sources(topology).into_iter().filter(|topic| !existing.contains_key(topic)).collect();
    if !missing.is_empty() {
        return Err(StartError::MissingTopics { topics: missing });
    }
    let mut planned =
        TopicPlan { source_partitions: BTreeMap::new(), readers: BTreeMap::new(), internal: Vec::new() };
    for (number, sub_topology) in topology.sub_topologies().iter().enumerate() {
        for source in &sub_topology.sources {
            if let NodeRole::Source { topic, .. } = &topology.nodes()[*source].role {
                let name = topic.resolve(application_id);
                if let Some(partitions) = existing.get(&name)
                    && name == topic.to_string()
                {
                    planned.source_partitions.insert(name.clone(), *partitions);
                }
                planned.readers.insert(name, number);
            }
        }
    }
    plan_repartition_topics(topology, application_id, &mut planned);
    for (number, sub_topology) in topology.sub_topologies().iter().enumerate() {
        let partitions = planned.tasks_of(number);
        for store in
            sub_topology.stores.iter().map(|store| &topology.stores()[*store]).filter(|store| store.logged)
        {
            let name = store.changelog_topic(application_id);
            planned.internal.push(InternalTopic { name, partitions, configs: changelog_configs(store.kind) });
        }
    }
    Ok(planned)
}

/// Chains of repartition topics resolve one link a round, so there are at most as many rounds as sub-topologies.
fn plan_repartition_topics(topology: &Topology, application_id: &str, planned: &mut TopicPlan) {
    for _ in topology.sub_topologies() {
        for (number, sub_topology) in topology.sub_topologies().iter().enumerate() {
            let partitions = planned.tasks_of(number);
            for node in &sub_topology.nodes {
                let NodeRole::Sink { topic: topic @ crate::topology::TopicName::Repartition(_), .. } =
                    &topology.nodes()[*node].role
                else {
                    continue;
                };
                let name = topic.resolve(application_id);
                if partitions > 0 && !planned.source_partitions.contains_key(&name) {
                    planned.source_partitions.insert(name.clone(), partitions);
                    planned.internal.push(InternalTopic { name, partitions, configs: repartition_configs() });
                }
            }
        }
    }
}

impl TopicPlan {
    /// Returns the number of tasks of a sub-topology: the partitions of the widest topic it reads.
    pub(crate) fn tasks_of(&self, sub_topology: usize) -> i32 {
        let topics = self.readers.iter().filter(|(_, reader)| **reader == sub_topology);
        topics.filter_map(|(topic, _)| self.source_partitions.get(topic)).copied().max().unwrap_or(0)
    }
}

fn repartition_configs() -> Vec<(&'static str, String)> {
    vec![
        ("cleanup.policy", "delete".to_owned()),
        ("retention.ms", "-1".to_owned()),
        ("segment.bytes", REPARTITION_SEGMENT_BYTES.to_owned()),
        ("message.timestamp.type", "CreateTime".to_owned()),
    ]
}

fn changelog_configs(kind: StoreKind) -> Vec<(&'static str, String)> {
    let mut configs = vec![("message.timestamp.type", "CreateTime".to_owned())];
    match kind {
        StoreKind::KeyValue => configs.push(("cleanup.policy", "compact".to_owned())),
        StoreKind::Window { retention_ms } => {
            configs.push(("cleanup.policy", "compact,delete".to_owned()));
            configs.push(("retention.ms", retention_ms.saturating_add(ADDITIONAL_RETENTION_MS).to_string()));
        }
    }
    configs
}

/// Returns the partitions of those of `topics` that exist.
///
/// # Errors
/// [`StartError::Admin`] if the cluster does not answer.
pub(crate) fn partitions_of(
    admin: &BlockingAdmin,
    topics: &[String],
) -> Result<HashMap<String, i32>, StartError> {
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    let mut partitions = HashMap::new();
    if names.is_empty() {
        return Ok(partitions);
    }
    for (name, described) in admin.describe_topics(&names).map_err(StartError::admin("describe topics"))? {
        match described {
            Ok(topic) => {
                partitions.insert(name, i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX));
            }
            Err(error) if error.code() == Some(ErrorCode::UnknownTopicOrPartition) => {}
            Err(source) => {
                return Err(StartError::admin("describe topics")(source));
            }
        }
    }
    Ok(partitions)
}

/// Creates the planned topics that do not exist and checks those that do.
///
/// # Errors
/// [`StartError::InternalTopic`] if an existing topic does not fit, [`StartError::Admin`] if the cluster refuses.
pub(crate) fn ensure(
    admin: &BlockingAdmin,
    topics: &[InternalTopic],
    replication_factor: i16,
) -> Result<(), StartError> {
    let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
    let mut existing = partitions_of(admin, &names)?;
    let missing = topics.iter().filter(|topic| !existing.contains_key(&topic.name));
    let new_topics: Vec<NewTopic> = missing.map(|topic| new_topic(topic, replication_factor)).collect();
    if !new_topics.is_empty() {
        let created = admin.create_topics(new_topics).map_err(StartError::admin("create internal topics"))?;
        for (_, result) in created {
            match result {
                // Another instance was faster.
                Err(error) if error.code() == Some(ErrorCode::TopicAlreadyExists) => {}
                Err(source) => {
                    return Err(StartError::admin("create internal topics")(source));
                }
                Ok(_) => {}
            }
        }
        existing = partitions_of(admin, &names)?;
    }
    for topic in topics {
        if let Some(found) = existing.get(&topic.name)
            && *found != topic.partitions
        {
            let mismatch = format!("it has {found} partitions, {} are needed", topic.partitions);
            return Err(StartError::InternalTopic { topic: topic.name.clone(), mismatch });
        }
    }
    check_cleanup_policies(admin, topics)
}

fn new_topic(topic: &InternalTopic, replication_factor: i16) -> NewTopic {
    let new = NewTopic::new(topic.name.clone(), topic.partitions).replication_factor(replication_factor);
    topic.configs.iter().fold(new, |new, (key, value)| new.config(*key, value.clone()))
}

fn check_cleanup_policies(admin: &BlockingAdmin, topics: &[InternalTopic]) -> Result<(), StartError> {
    let resources: Vec<ConfigResource> =
        topics.iter().map(|topic| ConfigResource::topic(topic.name.clone())).collect();
    if resources.is_empty() {
        return Ok(());
    }
    let described =
        admin.describe_configs(&resources).map_err(StartError::admin("describe internal topics"))?;
    for (resource, description) in described {
        let description: Result<_, AdminError> = description;
        let description = description.map_err(StartError::admin("describe internal topics"))?;
        let Some(topic) = topics.iter().find(|topic| topic.name == resource.name) else {
            continue;
        };
        let wanted =
            topic.configs.iter().find(|(key, _)| *key == "cleanup.policy").map(|(_, value)| value.as_str());
        let found = description.value("cleanup.policy");
        if sorted_policies(wanted) != sorted_policies(found) {
            let mismatch = format!(
                "its cleanup.policy is {}, {} is needed",
                found.unwrap_or("unset"),
                wanted.unwrap_or("unset")
            );
            return Err(StartError::InternalTopic { topic: topic.name.clone(), mismatch });
        }
    }
    Ok(())
}

fn sorted_policies(list: Option<&str>) -> Vec<&str> {
    let mut policies: Vec<&str> = list.unwrap_or_default().split(',').map(str::trim).collect();
    policies.sort_unstable();
    policies
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::serde::string;
    use crate::{Consumed, Grouped, Materialized, StreamsBuilder, TimeWindows};

    fn topology() -> Topology {
        let builder = StreamsBuilder::new();
        builder
            .stream("clicks", Consumed::with(string(), string()))
            .group_by(|_, page| page.clone(), Grouped::with(string(), string()).named("by-page"))
            .windowed_by(TimeWindows::of_size(Duration::from_secs(60)))
            .count(Materialized::named("a-minute"));
        builder.build().unwrap()
    }

    #[test]
    fn internal_topics_have_kafka_streams_names_partitions_and_configs() {
        let existing = HashMap::from([("clicks".to_owned(), 3)]);
        let planned = plan(&topology(), "app", &existing).unwrap();
        let [repartition, changelog] = &planned.internal[..] else { panic!("{planned:?}") };
        assert_eq!((repartition.name.as_str(), repartition.partitions), ("app-by-page-repartition", 3));
        assert_eq!((changelog.name.as_str(), changelog.partitions), ("app-a-minute-changelog", 3));
        assert!(changelog.configs.contains(&("cleanup.policy", "compact,delete".to_owned())));
        assert!(changelog.configs.contains(&("retention.ms", "86460000".to_owned())));
        assert!(repartition.configs.contains(&("retention.ms", "-1".to_owned())));
        assert_eq!((planned.tasks_of(0), planned.tasks_of(1)), (3, 3));
    }

    #[test]
    fn a_missing_source_topic_is_named() {
        let error = plan(&topology(), "app", &HashMap::new()).unwrap_err();
        assert_eq!(error.to_string(), "source topics do not exist: clicks");
    }
}
