//! The shard's behaviour, one sentence a test, and a simulation of thousands of groups.

mod administration;
mod commits;
mod durability;
mod harness;
mod joining;
mod leaving;
mod simulation;
mod static_members;
mod syncing;
