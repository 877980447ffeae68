//! The log as its users see it: through [`tidemill_log::PartitionLog`] on a real directory.

#[cfg(test)]
mod append_and_read;
#[cfg(test)]
mod batches;
