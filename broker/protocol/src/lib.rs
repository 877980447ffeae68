//! Kafka's wire protocol: bytes to messages and back, and record batches.
