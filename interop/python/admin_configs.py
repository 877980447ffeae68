"""Configurations of topics and brokers: all listed, with default and source; alterable; wrong ones refused."""

from kafka.admin import ConfigResource

from batches import batch
from clients import ADMIN_CLIENTS
from codes import INVALID_RECORD, MESSAGE_TOO_LARGE, NONE
from records import Record
from registry import check, equal, eventually, refused_with
from wire import Wire

EACH = [{"client": client} for client in ADMIN_CLIENTS]

# Topic keys of Kafka 4.3 with defaults that no deployment file of ours touches.
TOPIC_DEFAULTS = {
    "cleanup.policy": "delete",
    "compression.type": "producer",
    "delete.retention.ms": "86400000",
    "file.delete.delay.ms": "60000",
    "flush.messages": "9223372036854775807",
    "flush.ms": "9223372036854775807",
    "index.interval.bytes": "4096",
    "max.compaction.lag.ms": "9223372036854775807",
    "max.message.bytes": "1048588",
    "message.timestamp.type": "CreateTime",
    "min.cleanable.dirty.ratio": "0.5",
    "min.compaction.lag.ms": "0",
    "min.insync.replicas": "1",
    "preallocate": "false",
    "retention.bytes": "-1",
    "retention.ms": "604800000",
    "segment.bytes": "1073741824",
    "segment.index.bytes": "10485760",
    "segment.jitter.ms": "0",
    "segment.ms": "604800000",
    "unclean.leader.election.enable": "false",
}
BROKER_DEFAULTS = {
    "auto.create.topics.enable": "true",
    "compression.type": "producer",
    "group.max.session.timeout.ms": "1800000",
    "group.min.session.timeout.ms": "6000",
    "log.cleanup.policy": "delete",
    "log.retention.hours": "168",
    "log.segment.bytes": "1073741824",
    "message.max.bytes": "1048588",
    "num.partitions": "1",
    "offset.metadata.max.bytes": "4096",
    "offsets.retention.minutes": "10080",
    "socket.request.max.bytes": "104857600",
    "transaction.max.timeout.ms": "900000",
}


@check("{client} lists every topic config with Kafka's default", over=EACH)
def topic_defaults(context, client):
    found = context.administration(client).topic_configs(context.topic())
    listed = {key: found[key][0] if key in found else "not listed" for key in TOPIC_DEFAULTS}
    equal(listed, TOPIC_DEFAULTS, "topic configs")
    assert len(found) >= 30, f"only {len(found)} topic configs are listed"
    strange = {key: source for key, (_, source) in found.items() if source == "DYNAMIC_TOPIC_CONFIG"}
    equal(strange, {}, "configs of a fresh topic that claim to be set on it")


@check("{client} lists every broker config with Kafka's default", over=EACH)
def broker_defaults(context, client):
    verbs = context.administration(client)
    found = verbs.broker_configs(verbs.cluster()[2][0])
    listed = {key: found[key][0] if key in found else "not listed" for key in BROKER_DEFAULTS}
    equal(listed, BROKER_DEFAULTS, "broker configs")
    assert len(found) >= 200, f"only {len(found)} broker configs are listed"
    equal(found["group.initial.rebalance.delay.ms"], ("0", "STATIC_BROKER_CONFIG"), "the one set at the start")


@check("{client} alters a topic config and reads it back with its source", over=EACH)
def alter(context, client):
    verbs, topic = context.administration(client), context.topic()
    verbs.alter_topic_config(topic, "retention.ms", "7200000")
    eventually(
        lambda: verbs.topic_configs(topic)["retention.ms"] == ("7200000", "DYNAMIC_TOPIC_CONFIG"),
        lambda: f"the altered value, found {verbs.topic_configs(topic)['retention.ms']}",
    )
    verbs.alter_topic_config(topic, "retention.ms", None)
    eventually(
        lambda: verbs.topic_configs(topic)["retention.ms"] == ("604800000", "DEFAULT_CONFIG"),
        lambda: f"the default again, found {verbs.topic_configs(topic)['retention.ms']}",
    )


@check("{client} is refused a wrong key, a wrong value and an unknown topic", over=EACH)
def refusals(context, client):
    verbs, topic = context.administration(client), context.topic()
    for key, value in (("no.such.key", "1"), ("retention.ms", "soon"), ("cleanup.policy", "shred"),
                       ("min.insync.replicas", "0"), ("max.message.bytes", "-1"), ("compression.type", "rar")):
        with refused_with("INVALID_CONFIG"):
            verbs.alter_topic_config(topic, key, value)
    with refused_with("UNKNOWN_TOPIC_OR_PARTITION"):
        verbs.alter_topic_config(context.unique("absent"), "retention.ms", "1000")
    own = {key for key, (_, source) in verbs.topic_configs(topic).items() if source == "DYNAMIC_TOPIC_CONFIG"}
    equal(own, set(), "configs set by the refused requests")


@check("{client} alters one key incrementally and leaves the others",
       over=[{"client": client} for client in ("confluent-kafka", "kafka-python")])
def incremental(context, client):
    verbs, topic = context.administration(client), context.topic(configs={"retention.ms": "1000000"})
    verbs.alter_topic_config(topic, "segment.bytes", "2000000")
    eventually(
        lambda: {key: verbs.topic_configs(topic)[key][0] for key in ("retention.ms", "segment.bytes")}
        == {"retention.ms": "1000000", "segment.bytes": "2000000"},
        "both values",
    )


@check("a list config takes additions and subtractions")
def list_config(context):
    verbs, topic = context.administration("kafka-python"), context.topic()

    def change(operation, value):
        wanted = ConfigResource("topic", topic, {"cleanup.policy": (operation, value)})
        equal(verbs.client.alter_configs([wanted], incremental=True), {"topic": {topic: "OK"}}, operation)

    change("APPEND", "compact")
    eventually(
        lambda: set(verbs.topic_configs(topic)["cleanup.policy"][0].split(",")) == {"delete", "compact"},
        "both policies",
    )
    change("SUBTRACT", "delete")
    eventually(lambda: verbs.topic_configs(topic)["cleanup.policy"][0] == "compact", "compact alone")


@check("a topic's limits are enforced: a batch above max.message.bytes is refused with MESSAGE_TOO_LARGE")
def enforced(context):
    topic = context.topic(configs={"max.message.bytes": "2000"})
    with Wire(context.shared) as wire:
        equal(wire.produce(topic, batch([b"x" * 3000]))[0], MESSAGE_TOO_LARGE, "error of a batch of 3,000 bytes")
        equal(wire.produce(topic, batch([b"x" * 1000])), (NONE, 0), "error and offset of a batch of 1,000 bytes")


@check("LogAppendTime: the broker's time replaces the producer's, for every client that reads")
def log_append_time(context):
    topic = context.topic(configs={"message.timestamp.type": "LogAppendTime"})
    context.clients["confluent-kafka"].produce(topic, [Record(value=b"late", timestamp_ms=1_000_000_000_000)] * 3)
    for name, client in context.clients.items():
        for record in client.consume(topic, 3):
            assert record.timestamp_ms > 1_700_000_000_000, f"{name} read timestamp {record.timestamp_ms}"


@check("a compacted topic refuses a record without key")
def compacted_needs_keys(context):
    topic = context.topic(configs={"cleanup.policy": "compact"})
    with Wire(context.shared) as wire:
        equal(wire.produce(topic, batch([b"no key"]))[0], INVALID_RECORD, "error")
