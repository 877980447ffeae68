//! A partition's commit log: segments, indexes, recovery, retention.
