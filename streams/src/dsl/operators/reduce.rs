//! `reduce`: folds the values of each key, or of each key and window, into one of their own type.

use crate::dsl::{KGroupedStream, KTable, Materialized, TimeWindowedKStream};
use crate::record::Data;
use crate::windows::Windowed;

impl<K: Data, V: Data> KGroupedStream<K, V> {
    /// Replaces the values of each key by `reducer(old, new)`; the first stands as it is.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Grouped, Materialized, Produced, StreamsBuilder, TopologyTestDriver};
    /// # use tidemill_streams::serde::{i64, string};
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("levels", Consumed::with(string(), i64()))
    ///     .group_by_key(Grouped::inherited())
    ///     .reduce(|highest, level| *highest.max(level), Materialized::default())
    ///     .to_stream()
    ///     .to("high-water", Produced::inherited());
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// let input = driver.input_topic("levels", string(), i64());
    /// for level in [4, 9, 2] {
    ///     input.pipe("pier".to_owned(), level, 0)?;
    /// }
    /// assert_eq!(driver.output_topic("high-water", string(), i64()).read_values()?, [4, 9, 9]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reduce<F>(&self, reducer: F, materialized: Materialized<V>) -> KTable<K, V>
    where
        F: Fn(&V, &V) -> V + Send + Sync + 'static,
    {
        let materialized = self.with_own_values(materialized);
        self.fold(
            move |_, value, old| old.map_or_else(|| value.clone(), |old| reducer(&old, value)),
            materialized,
        )
    }

    /// Stores values by the grouping's serde unless another is given.
    fn with_own_values(&self, materialized: Materialized<V>) -> Materialized<V> {
        let value = materialized.value.or_else(|| self.value.clone());
        Materialized { value, ..materialized }
    }
}

impl<K: Data, V: Data> TimeWindowedKStream<K, V> {
    /// Replaces the values of each key and window by `reducer(old, new)`; the first stands as it is.
    pub fn reduce<F>(&self, reducer: F, materialized: Materialized<V>) -> KTable<Windowed<K>, V>
    where
        F: Fn(&V, &V) -> V + Send + Sync + 'static,
    {
        let materialized = self.grouped.with_own_values(materialized);
        self.fold(
            move |_, value, old| old.map_or_else(|| value.clone(), |old| reducer(&old, value)),
            materialized,
        )
    }
}
