//! What logic may ask of the world: time, randomness, memory, and how an error is recovered from.
//!
//! State machines take these as parameters and never reach for the world themselves, so that a whole broker
//! runs in a seeded simulation. Only [`SystemClock`] reads the machine's clocks.

mod clock;
mod memory;
mod random;
mod recovery;

pub use clock::{Clock, ManualClock, Now, SystemClock};
pub use memory::{MemoryBudget, Reservation};
pub use random::{Random, SeededRandom};
pub use recovery::{Recoverable, Recovery};
