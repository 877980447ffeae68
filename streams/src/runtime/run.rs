//! A run of records on its way between two operators, without its types.
//!
//! Edges of the graph are untyped; both ends know the types, because the DSL made both. A run is downcast once, however
//! many records it has.

use std::any::Any;

use crate::record::{Data, Record};

/// Owned records of one pair of types.
pub(crate) struct ErasedRun {
    records: Box<dyn AnyRun>,
}

trait AnyRun: Any + Send {
    fn len(&self) -> usize;
    fn copy(&self) -> Box<dyn AnyRun>;
    fn split(self: Box<Self>) -> Vec<ErasedRun>;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<K: Data, V: Data> AnyRun for Vec<Record<K, V>> {
    fn len(&self) -> usize {
        self.len()
    }

    fn copy(&self) -> Box<dyn AnyRun> {
        Box::new(self.clone())
    }

    fn split(self: Box<Self>) -> Vec<ErasedRun> {
        (*self).into_iter().map(|record| ErasedRun::new(vec![record])).collect()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

impl ErasedRun {
    /// Makes a run.
    pub(crate) fn new<K: Data, V: Data>(records: Vec<Record<K, V>>) -> Self {
        Self { records: Box::new(records) }
    }

    /// Returns the number of records.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Returns a copy for another reader.
    pub(crate) fn copy(&self) -> Self {
        Self { records: self.records.copy() }
    }

    /// Returns runs of one record each.
    pub(crate) fn split(self) -> Vec<Self> {
        self.records.split()
    }

    /// Returns the records.
    pub(crate) fn downcast<K: Data, V: Data>(self) -> Vec<Record<K, V>> {
        *self.records.into_any().downcast().expect("the DSL gives both ends of an edge the same types")
    }
}
