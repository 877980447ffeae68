//! One connection to one broker.
//!
//! `address` and `backoff` say where and how often to try, `versions` what both sides speak, `call_error` how
//! a call fails, `channel` carries requests and responses, `handshake` opens a channel.

mod address;
mod backoff;
mod call_error;
mod channel;
mod handshake;
mod versions;

pub(crate) use address::BrokerAddress;
pub(crate) use backoff::Backoff;
pub use call_error::CallError;
pub(crate) use channel::Channel;
pub(crate) use handshake::open;
pub(crate) use versions::SupportedVersions;
