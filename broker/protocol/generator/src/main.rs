//! Writes the message modules of tidemill-protocol from its schemas.
fn main() {}
