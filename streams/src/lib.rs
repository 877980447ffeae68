//! Stream topologies with local state.
