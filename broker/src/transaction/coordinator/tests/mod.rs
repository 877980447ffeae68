//! The state machine, transition by transition, and thousands of its lives from seeds.

mod ending;
mod harness;
mod initializing;
mod simulation;
