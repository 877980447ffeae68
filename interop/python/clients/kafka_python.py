"""Driver of kafka-python (pure Python)."""

import re
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, OffsetSpec
from kafka.structs import OffsetAndMetadata

from records import Record
from registry import Refused

TIMEOUT_SECONDS = 30


class KafkaPython:
    """kafka-python with the codecs of the packages in requirements.txt."""

    name = "kafka-python"
    writes_empty_values = True
    writes_null_headers = False
    writes_timestamps = True

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap

    def produce(self, topic, records, codec="none", acks="all", idempotent=False, partition=0):
        """Writes the records in as few batches as possible; returns their offsets (-1 where acks is 0)."""
        producer = KafkaProducer(
            bootstrap_servers=self.bootstrap, compression_type=None if codec == "none" else codec,
            acks=acks if acks == "all" else int(acks), enable_idempotence=idempotent, linger_ms=100,
            batch_size=200_000, delivery_timeout_ms=TIMEOUT_SECONDS * 1000, request_timeout_ms=TIMEOUT_SECONDS * 900,
        )
        try:
            futures = [
                producer.send(
                    topic, value=record.value, key=record.key, headers=list(record.headers), partition=partition,
                    timestamp_ms=record.timestamp_ms,
                )
                for record in records
            ]
            producer.flush(TIMEOUT_SECONDS)
            return [future.get(TIMEOUT_SECONDS).offset for future in futures]
        except kafka_errors.KafkaError as failure:
            raise named(failure) from failure
        finally:
            producer.close(timeout=5)

    def consume(self, topic, count, offset="earliest", partition=0, reset="none"):
        """Reads `count` records of one partition from an offset, a number or earliest."""
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, auto_offset_reset=reset, enable_auto_commit=False)
        where = TopicPartition(topic, partition)
        found, deadline = [], time.monotonic() + TIMEOUT_SECONDS
        try:
            consumer.assign([where])
            if offset == "earliest":
                consumer.seek_to_beginning(where)
            elif offset == "latest":
                consumer.seek_to_end(where)
            else:
                consumer.seek(where, offset)
            while len(found) < count and time.monotonic() < deadline:
                for messages in consumer.poll(500, max_records=count - len(found)).values():
                    found += [self._record(message) for message in messages]
            return found
        except kafka_errors.OffsetOutOfRangeError as failure:
            raise Refused("OFFSET_OUT_OF_RANGE", str(failure)) from failure
        except kafka_errors.KafkaError as failure:
            raise named(failure) from failure
        finally:
            consumer.close()

    @staticmethod
    def _record(message):
        return Record(message.value, message.key, tuple(message.headers), message.timestamp, message.offset)

    def administration(self):
        """The administration verbs."""
        return KafkaPythonAdministration(self.bootstrap)


def named(failure):
    """The client's error as a refusal with the protocol's name; its classes carry it as `message`."""
    return Refused(getattr(failure, "message", type(failure).__name__), str(failure))


def refusing(function):
    """Turns the client's errors of one verb into `Refused`."""

    def call(*arguments, **options):
        try:
            return function(*arguments, **options)
        except kafka_errors.KafkaError as failure:
            raise named(failure) from failure

    return call


class KafkaPythonAdministration:
    """KafkaAdminClient behind the verbs that all drivers share."""

    def __init__(self, bootstrap):
        self.client = KafkaAdminClient(bootstrap_servers=bootstrap)

    def close(self):
        """Closes the client's connections."""
        self.client.close()

    @refusing
    def create_topic(self, name, partitions=1, replication=1, configs=None):
        wanted = {"num_partitions": partitions, "replication_factor": replication, "configs": configs or {}}
        self.client.create_topics({name: wanted})

    @refusing
    def delete_topic(self, name):
        self.client.delete_topics([name])

    def topic_names(self):
        return set(self.client.list_topics())

    def partition_count(self, topic):
        """Number of partitions that have a leader."""
        (found,) = self.client.describe_topics([topic])
        if found["error_code"]:
            raise named(kafka_errors.for_code(found["error_code"])())
        return sum(1 for partition in found["partitions"] if partition["leader_id"] >= 0)

    @refusing
    def create_partitions(self, topic, total):
        self.client.create_partitions({topic: total})

    def topic_configs(self, topic):
        """Value and source by key."""
        return self._configs("topic", topic)

    def broker_configs(self, node):
        return self._configs("broker", str(node))

    def _configs(self, kind, name):
        found = self.client.describe_configs([ConfigResource(kind, name)], config_filter="all")[kind][name]
        return {key: (entry["value"], entry["config_source"]) for key, entry in found.items()}

    def alter_topic_config(self, topic, key, value):
        """Sets one key and leaves the others; `None` takes the key back to its default."""
        change = ("DELETE", None) if value is None else ("SET", value)
        wanted = ConfigResource("topic", topic, {key: change})
        answer = self.client.alter_configs([wanted], raise_on_unknown=False, incremental=True)["topic"][topic]
        if answer != "OK":
            # The client gives the error as text only: [Error 40] InvalidConfigurationError: ...
            raise named(kafka_errors.for_code(int(re.match(r"\[Error (-?\d+)\]", answer).group(1)))(answer))

    def cluster(self):
        """Cluster id, controller and the ids of the brokers."""
        found = self.client.describe_cluster()
        return found["cluster_id"], found["controller_id"], [broker["broker_id"] for broker in found["brokers"]]

    def groups(self):
        return {group["group_id"] for group in self.client.list_groups()}

    def describe_group(self, group):
        """State and member count."""
        found = self.client.describe_groups([group])[group]
        return found["group_state"], len(found["members"])

    def delete_group(self, group):
        answer = self.client.delete_groups([group])[group]
        if answer != "OK":
            raise named(getattr(kafka_errors, answer)())

    def group_offsets(self, group):
        """Committed offset by (topic, partition)."""
        found = self.client.list_group_offsets(group)[group]
        return {(where.topic, where.partition): entry.offset for where, entry in found.items()}

    def set_group_offset(self, group, topic, partition, offset):
        where = TopicPartition(topic, partition)
        error = self.client.alter_group_offsets(group, {where: OffsetAndMetadata(offset, "", None)})[where]
        if error is not kafka_errors.NoError:
            raise named(error())

    @refusing
    def delete_records(self, topic, partition, before):
        """Deletes below `before`; returns the new log start offset."""
        where = TopicPartition(topic, partition)
        return self.client.delete_records({where: before})[where]["low_watermark"]

    @refusing
    def offset_at(self, topic, partition, where):
        """Offset at earliest, latest or a timestamp in milliseconds."""
        named_places = {"earliest": OffsetSpec.EARLIEST, "latest": OffsetSpec.LATEST}
        place = TopicPartition(topic, partition)
        return self.client.list_partition_offsets({place: named_places.get(where, where)})[place].offset
