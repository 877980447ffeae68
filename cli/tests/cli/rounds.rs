//! How much the fault tests do: little by default, `ROUNDS` scales all of them (`make faults`).

/// Rounds of a test: `small` if `ROUNDS` is not set, a share of it otherwise, at least `small`.
pub(crate) fn rounds(small: u64, share: u64) -> u64 {
    let wanted = std::env::var("ROUNDS").ok().map(|rounds| rounds.parse::<u64>().unwrap());
    wanted.map_or(small, |rounds| (rounds / share).max(small))
}

/// The seed of a test: `TIDEMILL_SEED`, or its own.
pub(crate) fn seed(own: u64) -> u64 {
    std::env::var("TIDEMILL_SEED").map_or(own, |seed| seed.parse().unwrap())
}
