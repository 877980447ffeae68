//! `to`: writes a stream into a topic.

use std::sync::Arc;

use bytes::Bytes;

use crate::dsl::{KStream, Produced};
use crate::record::{Data, Record};
use crate::runtime::{Operator, OutgoingRecord, ProcessError, ProcessorContext, erased};
use crate::serde::{Presence, Serde};
use crate::topology::{NodeRole, NodeSetup, TopicName, TopologyError};

impl<K: Data, V: Data> KStream<K, V> {
    /// Writes the records into `topic`, which must exist; each into the partition of its key's hash (murmur2, as Java
    /// clients hash), records without key into any. Windowed keys go to the partition of the key they contain.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Produced, StreamsBuilder, TopologyTestDriver, serde::{nullable, string}};
    /// let builder = StreamsBuilder::new();
    /// let words = builder.stream("words", Consumed::with(nullable(string()), string()));
    /// words.to("copy", Produced::inherited());
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// driver.input_topic("words", nullable(string()), string()).pipe(None, "tide".to_owned(), 7)?;
    /// let copy = driver.output_topic("copy", nullable(string()), string()).read_records()?;
    /// assert_eq!((copy[0].key.as_deref(), copy[0].value.as_str(), copy[0].timestamp), (None, "tide", 7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to(&self, topic: &str, produced: Produced<K, V>) {
        let mut graph = self.graph.borrow_mut();
        let name = self.next_name.clone().unwrap_or_else(|| graph.generate_name("KSTREAM-SINK-"));
        let key = produced.key.or_else(|| self.key.clone()).ok_or("keys");
        let value = produced.value.or_else(|| self.value.clone()).ok_or("values");
        let (key, value) = match key.and_then(|key| Ok((key, value?))) {
            Ok(serdes) => serdes,
            Err(part) => return graph.report(TopologyError::NoSerde { node: name, part }),
        };
        let topic = TopicName::External(topic.to_owned());
        let sink_topic = topic.clone();
        let processor = Arc::new(move |setup: &NodeSetup<'_>| {
            erased(Sink::new(sink_topic.resolve(setup.application_id), Arc::clone(&key), Arc::clone(&value)))
        });
        graph.add_node(name, NodeRole::Sink { topic, processor }, &[self.node]);
    }
}

/// Serialises records for a topic.
pub(crate) struct Sink<K, V> {
    topic: Arc<str>,
    key: Arc<dyn Serde<K>>,
    value: Arc<dyn Serde<V>>,
}

/// Where the parts of a record are in the bytes of its run; no range is null.
struct Ranges {
    key: Option<(usize, usize)>,
    value: Option<(usize, usize)>,
}

impl<K: Data, V: Data> Sink<K, V> {
    /// Makes a sink for `topic`, by its name on the cluster.
    pub(crate) fn new(topic: String, key: Arc<dyn Serde<K>>, value: Arc<dyn Serde<V>>) -> Self {
        Self { topic: topic.into(), key, value }
    }

    fn append<T: 'static>(
        &self,
        part: &'static str,
        value: &T,
        serde: &dyn Serde<T>,
        bytes: &mut Vec<u8>,
    ) -> Result<Option<(usize, usize)>, ProcessError> {
        let start = bytes.len();
        let presence = serde.serialize(value, bytes).map_err(|source| ProcessError::Serialize {
            part,
            topic: self.topic.to_string(),
            source,
        })?;
        Ok((presence == Presence::Present).then_some((start, bytes.len())))
    }
}

impl<K: Data, V: Data> Operator for Sink<K, V> {
    type InKey = K;
    type InValue = V;

    fn process(
        &mut self,
        run: Vec<Record<K, V>>,
        context: &mut ProcessorContext<'_>,
    ) -> Result<(), ProcessError> {
        // One allocation for the run, of which every record has slices.
        let mut bytes = Vec::new();
        let mut ranges = Vec::with_capacity(run.len());
        for record in &run {
            ranges.push(Ranges {
                key: self.append("key", &record.key, self.key.as_ref(), &mut bytes)?,
                value: self.append("value", &record.value, self.value.as_ref(), &mut bytes)?,
            });
        }
        let bytes = Bytes::from(bytes);
        let slice = |(start, end): (usize, usize)| bytes.slice(start..end);
        for (record, ranges) in run.into_iter().zip(ranges) {
            let key = ranges.key.map(slice);
            let partitioning_part = key.as_ref().map(|key| key.slice_ref(self.key.partitioning_part(key)));
            context.output.push(OutgoingRecord {
                topic: Arc::clone(&self.topic),
                key,
                partitioning_part,
                value: ranges.value.map(slice),
                timestamp: record.timestamp,
                headers: record.headers,
            });
        }
        Ok(())
    }
}
