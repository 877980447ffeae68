//! Scenarios of the sender.
