//! The log as its users see it: through [`tidemill_log::PartitionLog`] on a real directory.

#[cfg(test)]
mod append_and_read;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod closed;
#[cfg(test)]
mod compacted;
#[cfg(test)]
mod compaction;
#[cfg(test)]
mod compaction_model;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod maintenance;
#[cfg(test)]
mod power_loss;
#[cfg(test)]
mod producers;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod scrub;
#[cfg(test)]
mod validation;
