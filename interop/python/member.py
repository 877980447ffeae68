"""One member of a consumer group in a process of its own, so that it can die without leaving.

    member.py confluent-kafka|kafka-python '{"bootstrap": ..., "group": ..., "topics": [...], "assignor": ..., ...}'

Writes one JSON event a line: {"event": "assignment", "partitions": [[topic, partition], ...]} after every
rebalance, {"event": "owned", ...} when an assignment changed without one, {"event": "revoked", ...},
{"event": "lost", ...}, {"event": "record", ...}, {"event": "committed"}.
Reads commands, one word a line: commit, close. Sessions last 6 s, the shortest that Kafka allows.
"""

import json
import logging
import os
import queue
import sys
import threading

SESSION_MS = 6000
HEARTBEAT_MS = 500
METADATA_MS = 1000

# kafka-python 3.0.12 forgets a join that is answered between two polls (and with it its heartbeats), so a poll
# has to be longer than a rebalance.
KAFKA_PYTHON_POLL_MS = 3000


def emit(event, **fields):
    """Writes one event."""
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


def pairs(partitions):
    """Topic and partition number of each."""
    return sorted([partition.topic, partition.partition] for partition in partitions)


class ConfluentMember:
    """librdkafka; with the cooperative assignor the callbacks get increments."""

    def __init__(self, options):
        from confluent_kafka import Consumer

        settings = {
            "bootstrap.servers": options["bootstrap"], "group.id": options["group"],
            "partition.assignment.strategy": options["assignor"], "auto.offset.reset": "earliest",
            "enable.auto.commit": False, "session.timeout.ms": options["session_ms"],
            "heartbeat.interval.ms": HEARTBEAT_MS,
            "topic.metadata.refresh.interval.ms": METADATA_MS, "fetch.wait.max.ms": 200,
        }
        if options.get("instance"):
            settings["group.instance.id"] = options["instance"]
        self.consumer = Consumer(settings)
        self.cooperative = "cooperative" in options["assignor"]
        self.owned = []
        self.consumer.subscribe(
            options["topics"], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )

    def _assigned(self, consumer, partitions):
        if self.cooperative:
            consumer.incremental_assign(partitions)
            self.owned = sorted(self.owned + pairs(partitions))
        else:
            consumer.assign(partitions)
            self.owned = pairs(partitions)
        emit("assignment", partitions=self.owned)

    def _revoked(self, consumer, partitions):
        emit("revoked", partitions=pairs(partitions))
        self._drop(consumer, partitions)

    def _lost(self, consumer, partitions):
        emit("lost", partitions=pairs(partitions))
        self._drop(consumer, partitions)

    def _drop(self, consumer, partitions):
        gone = pairs(partitions)
        if self.cooperative:
            consumer.incremental_unassign(partitions)
        else:
            consumer.unassign()
        self.owned = [pair for pair in self.owned if pair not in gone]
        emit("assignment", partitions=self.owned)

    def poll(self):
        """Yields the records that came."""
        for message in self.consumer.consume(100, 0.1):
            if message.error():
                emit("error", text=message.error().str())
            else:
                yield message.topic(), message.partition(), message.offset(), message.value().decode()

    def commit(self):
        """Commits the positions."""
        self.consumer.commit(asynchronous=False)

    def close(self):
        """Leaves the group (a static member does not)."""
        self.consumer.close()


class KafkaPythonMember:
    """kafka-python; its listener names what is revoked and what is new."""

    def __init__(self, options):
        from kafka import ConsumerRebalanceListener, KafkaConsumer
        from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
        from kafka.coordinator.assignors.range import RangePartitionAssignor
        from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
        from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor

        assignors = (
            RangePartitionAssignor, RoundRobinPartitionAssignor, StickyPartitionAssignor, CooperativeStickyAssignor,
        )
        chosen = next(assignor for assignor in assignors if assignor.name == options["assignor"])
        self.consumer = consumer = KafkaConsumer(
            bootstrap_servers=options["bootstrap"], group_id=options["group"], auto_offset_reset="earliest",
            partition_assignment_strategy=(chosen,), enable_auto_commit=False, session_timeout_ms=options["session_ms"],
            heartbeat_interval_ms=HEARTBEAT_MS, metadata_max_age_ms=METADATA_MS, fetch_max_wait_ms=200,
            group_instance_id=options.get("instance"),
        )

        class Listener(ConsumerRebalanceListener):
            """Reports rebalances as events."""

            def on_partitions_revoked(self, revoked):
                emit("revoked", partitions=pairs(revoked))
                emit("owned", partitions=pairs(set(consumer.assignment()) - set(revoked)))

            def on_partitions_assigned(self, assigned):
                emit("assignment", partitions=pairs(consumer.assignment()))

        consumer.subscribe(options["topics"], listener=Listener())
        self.last = None

    def poll(self):
        """Yields the records that came; the cooperative protocol shrinks an assignment without a callback."""
        found = self.consumer.poll(KAFKA_PYTHON_POLL_MS)
        owned = pairs(self.consumer.assignment())
        if owned != self.last:
            self.last = owned
            emit("owned", partitions=owned)
        for messages in found.values():
            for message in messages:
                yield message.topic, message.partition, message.offset, message.value.decode()

    def commit(self):
        """Commits the positions."""
        self.consumer.commit()

    def close(self):
        """Leaves the group (a static member does not)."""
        self.consumer.close(autocommit=False)


def main():
    """Polls until told to close."""
    commands = queue.SimpleQueue()

    def read_commands():
        for line in sys.stdin:
            commands.put(line.strip())
        # Whoever started this process is gone.
        os._exit(1)

    threading.Thread(target=read_commands, daemon=True).start()
    logging.basicConfig(level=logging.WARNING)
    kinds = {"confluent-kafka": ConfluentMember, "kafka-python": KafkaPythonMember}
    member = kinds[sys.argv[1]]({"session_ms": SESSION_MS, **json.loads(sys.argv[2])})
    while True:
        for topic, partition, offset, value in member.poll():
            emit("record", topic=topic, partition=partition, offset=offset, value=value)
        while not commands.empty():
            command = commands.get()
            getattr(member, command)()
            emit({"commit": "committed", "close": "closed"}[command])
            if command == "close":
                return


if __name__ == "__main__":
    main()
