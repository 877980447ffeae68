//! Transactions under faults that a well-behaved client cannot make: requests that come late, producers that should be
//! dead, a coordinator that is killed in each of its states.
//!
//! `ROUNDS` scales them; `make faults` runs 200 delayed ends, 200 zombies, 20 kills in each state.

mod coordinator_kill;
mod delayed_end;
mod zombies;
