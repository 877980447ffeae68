"""Driver of confluent-kafka (librdkafka with a Python face)."""

import time
import uuid

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from records import Record
from registry import Refused

TIMEOUT_SECONDS = 30
QUIET = 2  # errors come back as exceptions; librdkafka need not print them too


class Confluent:
    """confluent-kafka; librdkafka knows neither the eager sticky assignor nor its own batches' limits."""

    name = "confluent-kafka"
    writes_empty_values = True
    writes_null_headers = True
    writes_timestamps = True

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap

    def produce(self, topic, records, codec="none", acks="all", idempotent=False, partition=0):
        """Writes the records in as few batches as possible; returns their offsets (-1 where acks is 0)."""
        settings = {
            "bootstrap.servers": self.bootstrap,
            "compression.type": codec,
            "acks": acks,
            "enable.idempotence": idempotent,
            "linger.ms": 100,
            "log_level": QUIET,
            "message.timeout.ms": TIMEOUT_SECONDS * 1000,
        }
        producer, offsets, failures = Producer(settings), [], []

        def delivered(error, message):
            failures.append(error) if error else offsets.append(message.offset())

        for record in records:
            extra = {} if record.timestamp_ms is None else {"timestamp": record.timestamp_ms}
            producer.produce(
                topic, value=record.value, key=record.key, headers=list(record.headers), partition=partition,
                on_delivery=delivered, **extra,
            )
            producer.poll(0)
        left = producer.flush(TIMEOUT_SECONDS)
        if failures:
            raise Refused(failures[0].name(), failures[0].str())
        assert left == 0, f"{left} records were not delivered in {TIMEOUT_SECONDS} s"
        # Without an acknowledgement there is no offset; librdkafka then reports one made up or none.
        return [-1] * len(offsets) if acks == "0" else offsets

    def consume(self, topic, count, offset="earliest", partition=0, reset="error"):
        """Reads `count` records of one partition from an offset, a number or earliest."""
        consumer = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": f"unused-{uuid.uuid4()}", "auto.offset.reset": reset,
            "enable.auto.commit": False, "log_level": QUIET,
        })
        start = {"earliest": -2, "latest": -1}.get(offset, offset)
        found, deadline = [], time.monotonic() + TIMEOUT_SECONDS
        try:
            consumer.assign([TopicPartition(topic, partition, start)])
            while len(found) < count and time.monotonic() < deadline:
                for message in consumer.consume(count - len(found), 0.5):
                    if message.error():
                        raise Refused(name_of(message.error()), message.error().str())
                    found.append(self._record(message))
            return found
        finally:
            consumer.close()

    @staticmethod
    def _record(message):
        headers = tuple((key, value) for key, value in message.headers() or ())
        return Record(message.value(), message.key(), headers, message.timestamp()[1], message.offset())

    def administration(self):
        """The administration verbs."""
        return ConfluentAdministration(self.bootstrap)


def name_of(error):
    """The protocol's name of an error; librdkafka prefixes those it found itself with an underscore."""
    if error.code() == KafkaError._AUTO_OFFSET_RESET:
        return "OFFSET_OUT_OF_RANGE"
    return error.name()


def result_of(futures):
    """The single result among a dict of futures; a client's error becomes `Refused`."""
    try:
        return next(iter(futures.values())).result(TIMEOUT_SECONDS)
    except KafkaException as failure:
        error = failure.args[0]
        raise Refused(error.name(), error.str()) from failure


class ConfluentAdministration:
    """AdminClient behind the verbs that all drivers share."""

    def __init__(self, bootstrap):
        self.client = AdminClient({"bootstrap.servers": bootstrap, "log_level": QUIET})

    def close(self):
        """The client has no connection that needs an end of its own."""

    def create_topic(self, name, partitions=1, replication=1, configs=None):
        result_of(self.client.create_topics([NewTopic(name, partitions, replication, config=configs or {})]))

    def delete_topic(self, name):
        result_of(self.client.delete_topics([name]))

    def topic_names(self):
        return set(self.client.list_topics(timeout=TIMEOUT_SECONDS).topics)

    def partition_count(self, topic):
        """Number of partitions that have a leader."""
        metadata = self.client.list_topics(topic, timeout=TIMEOUT_SECONDS).topics[topic]
        if metadata.error is not None:
            raise Refused(metadata.error.name(), metadata.error.str())
        return sum(1 for partition in metadata.partitions.values() if partition.leader >= 0)

    def create_partitions(self, topic, total):
        result_of(self.client.create_partitions([NewPartitions(topic, total)]))

    def topic_configs(self, topic):
        """Value and source by key."""
        entries = result_of(self.client.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]))
        return {name: (entry.value, ConfigSource(entry.source).name) for name, entry in entries.items()}

    def broker_configs(self, node):
        entries = result_of(self.client.describe_configs([ConfigResource(ResourceType.BROKER, str(node))]))
        return {name: (entry.value, ConfigSource(entry.source).name) for name, entry in entries.items()}

    def alter_topic_config(self, topic, key, value):
        """Sets one key and leaves the others; `None` takes the key back to its default."""
        operation = AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET
        entry = ConfigEntry(key, value, incremental_operation=operation)
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
        result_of(self.client.incremental_alter_configs([resource]))

    def cluster(self):
        """Cluster id, controller and the ids of the brokers."""
        found = self.client.describe_cluster().result(TIMEOUT_SECONDS)
        return found.cluster_id, found.controller.id, [node.id for node in found.nodes]

    def groups(self):
        return {group.group_id for group in self.client.list_consumer_groups().result(TIMEOUT_SECONDS).valid}

    def describe_group(self, group):
        """State and member count."""
        found = result_of(self.client.describe_consumer_groups([group]))
        return found.state.name.capitalize(), len(found.members)

    def delete_group(self, group):
        result_of(self.client.delete_consumer_groups([group]))

    def group_offsets(self, group):
        """Committed offset by (topic, partition)."""
        found = result_of(self.client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]))
        return {(entry.topic, entry.partition): entry.offset for entry in found.topic_partitions}

    def set_group_offset(self, group, topic, partition, offset):
        wanted = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, partition, offset)])
        found = result_of(self.client.alter_consumer_group_offsets([wanted]))
        error = found.topic_partitions[0].error
        if error is not None:
            raise Refused(error.name(), error.str())

    def delete_records(self, topic, partition, before):
        """Deletes below `before`; returns the new log start offset."""
        return result_of(self.client.delete_records([TopicPartition(topic, partition, before)])).low_watermark

    def offset_at(self, topic, partition, where):
        """Offset at earliest, latest or a timestamp in milliseconds."""
        named = {"earliest": OffsetSpec.earliest, "latest": OffsetSpec.latest}
        spec = named[where]() if where in named else OffsetSpec.for_timestamp(where)
        return result_of(self.client.list_offsets({TopicPartition(topic, partition): spec})).offset
