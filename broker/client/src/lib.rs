//! Native Kafka client: producer, consumer, admin.
