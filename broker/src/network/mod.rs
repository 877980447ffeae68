//! Sockets in and out: nothing here knows what a request means.
//!
//! Reading order: `listener` accepts what `connections_by_address` admits, `connection` takes requests one by one, `frame_reader` cuts frames out of
//! the stream, into one of a few `frame_buffers`, `response_writer` sends an encoded response and the file regions in its holes.

pub(crate) mod connection;
pub(crate) mod connections_by_address;
pub(crate) mod frame_buffers;
pub(crate) mod frame_reader;
pub(crate) mod listener;
pub(crate) mod response_writer;
