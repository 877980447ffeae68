//! Measured comparisons with peers.
