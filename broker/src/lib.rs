//! A Kafka-protocol broker on one node.
