//! The binary from outside: real processes, real files, real sockets.
//!
//! * `process`: starting a broker and running commands;
//! * `serving`: a broker starts, says so, stops, and refuses what it cannot use;
//! * `topics`, `records`, `groups`, `health`: each subcommand against a running broker;
//! * `demo`: the main job, and that it notices a difference;
//! * `readme`: every command of README.md works;
//! * `kill`: acknowledged records survive `kill -9`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod demo;
mod groups;
mod health;
mod kill;
mod process;
mod readme;
mod records;
mod serving;
mod topics;
