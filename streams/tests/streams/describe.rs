//! The text form of topologies, that of Kafka Streams.

use std::time::Duration;

use tidemill_streams::serde::{nullable, string};
use tidemill_streams::{
    Consumed, Grouped, Materialized, Produced, StreamsBuilder, TimeWindows, TopologyError,
};

#[test]
fn a_windowed_count_by_a_new_key_is_two_sub_topologies() {
    let builder = StreamsBuilder::new();
    let words = builder.stream("words", Consumed::with(nullable(string()), string()));
    words.filter(|_, word| word.is_empty()).to("empty-words", Produced::inherited());
    words
        .group_by(|_, word| word.clone(), Grouped::with(string(), string()).named("by-word"))
        .windowed_by(TimeWindows::of_size(Duration::from_secs(60)))
        .count(Materialized::named("counts"))
        .to_stream()
        .to("word-counts", Produced::inherited());
    insta::assert_snapshot!(builder.build().unwrap().describe(), @r"
    Topologies:
       Sub-topology: 0
        Source: KSTREAM-SOURCE-0000000000 (topics: [words])
          --> KSTREAM-KEY-SELECT-0000000003, KSTREAM-FILTER-0000000001
        Processor: KSTREAM-KEY-SELECT-0000000003 (stores: [])
          --> by-word-repartition-filter
          <-- KSTREAM-SOURCE-0000000000
        Processor: KSTREAM-FILTER-0000000001 (stores: [])
          --> KSTREAM-SINK-0000000002
          <-- KSTREAM-SOURCE-0000000000
        Processor: by-word-repartition-filter (stores: [])
          --> by-word-repartition-sink
          <-- KSTREAM-KEY-SELECT-0000000003
        Sink: KSTREAM-SINK-0000000002 (topic: empty-words)
          <-- KSTREAM-FILTER-0000000001
        Sink: by-word-repartition-sink (topic: by-word-repartition)
          <-- by-word-repartition-filter

      Sub-topology: 1
        Source: by-word-repartition-source (topics: [by-word-repartition])
          --> KSTREAM-AGGREGATE-0000000004
        Processor: KSTREAM-AGGREGATE-0000000004 (stores: [counts])
          --> KTABLE-TOSTREAM-0000000008
          <-- by-word-repartition-source
        Processor: KTABLE-TOSTREAM-0000000008 (stores: [])
          --> KSTREAM-SINK-0000000009
          <-- KSTREAM-AGGREGATE-0000000004
        Sink: KSTREAM-SINK-0000000009 (topic: word-counts)
          <-- KTABLE-TOSTREAM-0000000008
    ");
}

#[test]
fn generated_names_of_stores_do_not_name_the_nodes_of_their_repartition_topic() {
    let builder = StreamsBuilder::new();
    builder
        .stream("words", Consumed::with(string(), string()))
        .group_by(|_, word| word.clone(), Grouped::with(string(), string()))
        .count(Materialized::default());
    insta::assert_snapshot!(builder.build().unwrap().describe(), @r"
    Topologies:
       Sub-topology: 0
        Source: KSTREAM-SOURCE-0000000000 (topics: [words])
          --> KSTREAM-KEY-SELECT-0000000001
        Processor: KSTREAM-KEY-SELECT-0000000001 (stores: [])
          --> KSTREAM-FILTER-0000000005
          <-- KSTREAM-SOURCE-0000000000
        Processor: KSTREAM-FILTER-0000000005 (stores: [])
          --> KSTREAM-SINK-0000000004
          <-- KSTREAM-KEY-SELECT-0000000001
        Sink: KSTREAM-SINK-0000000004 (topic: KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition)
          <-- KSTREAM-FILTER-0000000005

      Sub-topology: 1
        Source: KSTREAM-SOURCE-0000000006 (topics: [KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition])
          --> KSTREAM-AGGREGATE-0000000003
        Processor: KSTREAM-AGGREGATE-0000000003 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000002])
          --> none
          <-- KSTREAM-SOURCE-0000000006
    ");
}

#[test]
fn mistakes_in_a_topology_are_named_when_it_is_built() {
    let built = |write: &dyn Fn(&StreamsBuilder)| {
        let builder = StreamsBuilder::new();
        write(&builder);
        builder.build().unwrap_err()
    };
    assert_eq!(built(&|_| {}), TopologyError::Empty);
    let twice = built(&|builder| {
        builder.stream("words", Consumed::with(string(), string())).to("one", Produced::inherited());
        builder.stream("words", Consumed::with(string(), string())).to("two", Produced::inherited());
    });
    assert_eq!(twice, TopologyError::TopicReadTwice { topic: "words".to_owned() });
    let no_serde = built(&|builder| {
        let words = builder.stream("words", Consumed::with(string(), string()));
        words.map_values(|word| word.len() as i64).to("lengths", Produced::inherited());
    });
    assert_eq!(
        no_serde.to_string(),
        "node KSTREAM-SINK-0000000002 needs a serde for its values: the operators before it changed the type"
    );
    let same_store = built(&|builder| {
        let words = builder.stream("words", Consumed::with(string(), string()));
        let grouped = words.group_by_key(Grouped::inherited());
        grouped.count(Materialized::named("counts"));
        grouped.count(Materialized::named("counts"));
    });
    assert_eq!(same_store.to_string(), "two stores are named counts: give one of them another name");
    let illegal = built(&|builder| {
        let words = builder.stream("words", Consumed::with(string(), string()));
        words.group_by_key(Grouped::inherited()).count(Materialized::named("all counts"));
    });
    assert_eq!(illegal, TopologyError::InvalidName { name: "all counts".to_owned() });
}
