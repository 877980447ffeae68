//! The binary from outside: real processes, real files, real sockets.
//!
//! * `process`: starting a broker and running commands;
//! * `serving`: a broker starts, says so, stops, and refuses what it cannot use;
//! * `topics`, `records`, `groups`, `health`: each subcommand against a running broker;
//! * `demo`: the main job, and that it notices a difference;
//! * `readme`: every command of README.md works;
//! * `kill`: acknowledged records survive `kill -9`;
//! * `compaction`: so does the last value of each key when the log is compacted;
//! * `transactions`, `copier`, `workload`: transactions under late requests, zombies, kills; what clients saw is judged;
//! * `rounds`, `wire`: how much the fault tests do, and requests without a client.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod compaction;
mod copier;
mod demo;
mod groups;
mod health;
mod kill;
mod process;
mod readme;
mod records;
mod rounds;
mod serving;
mod topics;
mod transactions;
mod wire;
mod workload;
