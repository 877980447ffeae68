//! `aggregate` of a grouped stream: folds the records of each key into one value.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use crate::dsl::grouped::Aggregation;
use crate::dsl::{KGroupedStream, KTable, Materialized};
use crate::record::{Data, Record};
use crate::runtime::{Operator, ProcessError, ProcessorContext, erased};
use crate::state::{KeyValueStore, StoreKind, Update};

impl<K: Data, V: Data> KGroupedStream<K, V> {
    /// Folds the records of each key: `aggregator` makes the new aggregate of key, value and the old aggregate, which
    /// is `initializer`'s for the first record.
    ///
    /// Records with a null key are dropped and counted. The aggregate's timestamp is the greatest of its records'.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Grouped, Materialized, Produced, StreamsBuilder, TopologyTestDriver};
    /// # use tidemill_streams::serde::{i64, string};
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("deposits", Consumed::with(string(), i64()))
    ///     .group_by_key(Grouped::inherited())
    ///     .aggregate(|| 0, |_, amount, balance| balance + amount, Materialized::with(i64()))
    ///     .to_stream()
    ///     .to("balances", Produced::inherited());
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// let input = driver.input_topic("deposits", string(), i64());
    /// input.pipe("ada".to_owned(), 5, 0)?;
    /// input.pipe("ada".to_owned(), 7, 1)?;
    /// assert_eq!(driver.output_topic("balances", string(), i64()).read_values()?, [5, 12]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aggregate<A, I, F>(
        &self,
        initializer: I,
        aggregator: F,
        materialized: Materialized<A>,
    ) -> KTable<K, A>
    where
        A: Data,
        I: Fn() -> A + Send + Sync + 'static,
        F: Fn(&K, &V, A) -> A + Send + Sync + 'static,
    {
        let step = move |key: &K, value: &V, aggregate: Option<A>| {
            aggregator(key, value, aggregate.unwrap_or_else(&initializer))
        };
        self.fold(step, materialized)
    }

    /// Folds the records of each key by `step`, which is given no aggregate for the first.
    pub(super) fn fold<A, S>(&self, step: S, materialized: Materialized<A>) -> KTable<K, A>
    where
        A: Data,
        S: Fn(&K, &V, Option<A>) -> A + Send + Sync + 'static,
    {
        let step = Arc::new(step);
        let processor = move |store: usize| {
            erased(Aggregate { store, step: Arc::clone(&step), types: PhantomData::<fn(K, V, A)> })
        };
        let aggregation = Aggregation {
            materialized,
            kind: StoreKind::KeyValue,
            window_size_ms: None,
            processor: Arc::new(processor),
        };
        let added = self.add_aggregation(aggregation, KeyValueStore::new);
        let (key, value) = added.serdes.map(|serdes| (serdes.key, serdes.value)).unzip();
        KTable::new(Rc::clone(&self.graph), added.node, key, value)
    }
}

struct Aggregate<K, V, A, S> {
    store: usize,
    step: Arc<S>,
    types: PhantomData<fn(K, V, A)>,
}

impl<K, V, A, S> Operator for Aggregate<K, V, A, S>
where
    K: Data,
    V: Data,
    A: Data,
    S: Fn(&K, &V, Option<A>) -> A + Send + Sync + 'static,
{
    type InKey = K;
    type InValue = V;

    fn process(
        &mut self,
        run: Vec<Record<K, V>>,
        context: &mut ProcessorContext<'_>,
    ) -> Result<(), ProcessError> {
        let store = context.stores.get::<KeyValueStore<K, A>>(self.store);
        let mut updates = Vec::new();
        for record in run {
            let step = |old| (self.step)(&record.key, &record.value, old);
            match store.update(&record.key, record.timestamp, step).map_err(ProcessError::State)? {
                Update::NullKey => context.metrics.dropped_records += 1,
                Update::HeldBack => {}
                Update::Forward { value, timestamp } => {
                    let value = Some(value.clone());
                    updates.push(Record { key: record.key, value, timestamp, headers: record.headers });
                }
            }
        }
        context.forward(updates);
        Ok(())
    }

    fn flush(&mut self, context: &mut ProcessorContext<'_>) -> Result<(), ProcessError> {
        let store = context.stores.get::<KeyValueStore<K, A>>(self.store);
        let updates = store.take_held_back().map_err(ProcessError::State)?;
        context.forward(updates);
        Ok(())
    }
}
