//! One folder a story, each run by the tests.
