//! The shard's behaviour, one sentence a test, and simulations of thousands of groups and of transactions.

mod administration;
mod commits;
mod durability;
mod expiry;
mod harness;
mod joining;
mod leaving;
mod simulation;
mod static_members;
mod syncing;
mod transactions;
mod transactions_simulation;
