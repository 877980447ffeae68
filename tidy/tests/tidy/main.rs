//! Checks what a machine can check of the house style. Each rule says what to do about a finding.
//!
//! * `sources`: first line, length of files and functions, forbidden names;
//! * `packages`: which package may depend on which, and that versions live in the root alone;
//! * `architecture`: every path and test that ARCHITECTURE.md names exists;
//! * `registries`: a file in a folder of handlers or operators is registered there.

mod architecture;
mod packages;
mod registries;
mod sources;
mod tree;
