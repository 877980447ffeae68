//! The whole of the wire protocol against an independent codec, against damage, and against its schemas.

mod cases;
mod damage;
mod deferred_records;
mod density;
mod encoding;
mod generated_files;
mod golden;
mod headers;
mod messages;
mod other_cases;
mod other_codec;
mod round_trip;
