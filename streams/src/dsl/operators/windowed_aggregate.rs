//! `aggregate` of a windowed stream: folds the records of each key and window into one value.
//!
//! A record belongs to every window that contains its timestamp. The windows that the stream time, the greatest timestamp
//! seen by the store, passed by more than the grace period no longer accept it: that is counted once per window.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::dsl::grouped::Aggregation;
use crate::dsl::{KTable, Materialized, TimeWindowedKStream};
use crate::record::{Data, Record};
use crate::runtime::{Operator, ProcessError, ProcessorContext, erased};
use crate::serde::{Serde, time_windowed};
use crate::state::{StoreKind, Update, WindowStore};
use crate::windows::{TimeWindows, Windowed};

impl<K: Data, V: Data> TimeWindowedKStream<K, V> {
    /// Folds the records of each key and window: `aggregator` makes the new aggregate of key, value and the old
    /// aggregate, which is `initializer`'s for the first record.
    ///
    /// Records with a null key, and late ones, are dropped and counted. The aggregate's timestamp is the greatest of
    /// its records'.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use tidemill_streams::{Consumed, Grouped, Materialized, Produced, StreamsBuilder, TopologyTestDriver};
    /// # use tidemill_streams::{TimeWindows, serde::{i64, string, time_windowed}};
    /// let second = Duration::from_secs(1);
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("deposits", Consumed::with(string(), i64()))
    ///     .group_by_key(Grouped::inherited())
    ///     .windowed_by(TimeWindows::of_size(second))
    ///     .aggregate(|| 0, |_, amount, sum| sum + amount, Materialized::with(i64()))
    ///     .to_stream()
    ///     .to("sums", Produced::inherited());
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// let input = driver.input_topic("deposits", string(), i64());
    /// for (amount, timestamp) in [(5, 0), (7, 999), (1, 1_000), (9, 500)] {
    ///     input.pipe("ada".to_owned(), amount, timestamp)?;
    /// }
    /// assert_eq!(driver.output_topic("sums", time_windowed(string(), second), i64()).read_values()?, [5, 12, 1]);
    /// assert_eq!(driver.metrics().late_records, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aggregate<A, I, F>(
        &self,
        initializer: I,
        aggregator: F,
        materialized: Materialized<A>,
    ) -> KTable<Windowed<K>, A>
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

    /// Folds the records of each key and window by `step`, which is given no aggregate for the first.
    pub(super) fn fold<A, S>(&self, step: S, materialized: Materialized<A>) -> KTable<Windowed<K>, A>
    where
        A: Data,
        S: Fn(&K, &V, Option<A>) -> A + Send + Sync + 'static,
    {
        let (windows, size_ms) = (self.windows, self.windows.size_ms());
        let retention_ms = materialized.retention_ms.unwrap_or(0).max(windows.retention_ms());
        let step = Arc::new(step);
        let processor = move |store: usize| {
            let step = Arc::clone(&step);
            erased(WindowedAggregate { store, windows, step, types: PhantomData::<fn(K, V, A)> })
        };
        let aggregation = Aggregation {
            materialized,
            kind: StoreKind::Window { retention_ms },
            window_size_ms: Some(size_ms),
            processor: Arc::new(processor),
        };
        let added = self
            .grouped
            .add_aggregation(aggregation, move |setup, serdes| WindowStore::new(setup, serdes, size_ms));
        let (key, value) = added.serdes.map(|serdes| (serdes.key, serdes.value)).unzip();
        let key = key.map(|key| -> Arc<dyn Serde<Windowed<K>>> {
            Arc::new(time_windowed(key, Duration::from_millis(size_ms.unsigned_abs())))
        });
        KTable::new(Rc::clone(&self.grouped.graph), added.node, key, value)
    }
}

struct WindowedAggregate<K, V, A, S> {
    store: usize,
    windows: TimeWindows,
    step: Arc<S>,
    types: PhantomData<fn(K, V, A)>,
}

impl<K, V, A, S> Operator for WindowedAggregate<K, V, A, S>
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
        let store = context.stores.get::<WindowStore<K, A>>(self.store);
        let mut updates = Vec::new();
        for record in run {
            let Record { key, value, timestamp, headers } = record;
            let close_ms = store.observe(timestamp).saturating_sub(self.windows.grace_ms());
            for window in self.windows.windows_for(timestamp) {
                if window.end_ms <= close_ms {
                    context.metrics.dropped_records += 1;
                    context.metrics.late_records += 1;
                    continue;
                }
                let step = |old| (self.step)(&key, &value, old);
                match store.update(&key, window.start_ms, timestamp, step).map_err(ProcessError::State)? {
                    Update::NullKey => {
                        context.metrics.dropped_records += 1;
                        break;
                    }
                    Update::HeldBack => {}
                    Update::Forward { value, timestamp } => {
                        let key = Windowed { key: key.clone(), window };
                        let (value, headers) = (Some(value.clone()), headers.clone());
                        updates.push(Record { key, value, timestamp, headers });
                    }
                }
            }
        }
        context.forward(updates);
        Ok(())
    }

    fn flush(&mut self, context: &mut ProcessorContext<'_>) -> Result<(), ProcessError> {
        let store = context.stores.get::<WindowStore<K, A>>(self.store);
        let updates = store.take_held_back().map_err(ProcessError::State)?;
        context.forward(updates);
        Ok(())
    }
}
