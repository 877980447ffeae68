//! A broker over a real socket, driven by requests in the protocol's own terms.

mod bad_input;
mod configs;
mod groups;
mod observation;
mod produce_and_fetch;
mod restart;
mod topics;
mod wire;
