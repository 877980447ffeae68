"""Metadata: what exists, what is created on first use, what is refused by name."""

import threading

from confluent_kafka import Consumer

from batches import batch
from clients import ADMIN_CLIENTS, CLIENTS
from codes import INVALID_TOPIC, NONE, UNKNOWN_TOPIC_OR_PARTITION
from records import plain, same
from registry import check, equal, eventually
from wire import Wire


@check("{client} creates an unknown topic by writing to it", over=[{"client": client} for client in CLIENTS])
def created_by_writing(context, client):
    topic, driver = context.unique("auto"), context.clients[client]
    if client == "kcat":
        # kcat -P -p asks for a partition that must exist; its metadata listing creates the topic.
        driver.run("-L", "-t", topic, "-X", "allow.auto.create.topics=true")
        context.await_partitions(topic, 1)
    driver.produce(topic, plain(3))
    same(context.clients["confluent-kafka"].consume(topic, 3), plain(3))


@check("metadata with auto creation creates the topic, without it the topic stays unknown")
def created_by_metadata(context):
    topic, other = context.unique("auto"), context.unique("absent")
    with Wire(context.shared) as wire:
        equal(wire.metadata([other]), {other: UNKNOWN_TOPIC_OR_PARTITION}, "metadata of an absent topic")
        wire.metadata([topic], create=True)
        eventually(lambda: wire.metadata([topic]) == {topic: NONE}, "the created topic in the metadata")
        equal(wire.metadata([other]), {other: UNKNOWN_TOPIC_OR_PARTITION}, "metadata of the absent topic, again")


@check("an invalid topic name is refused and never created: {name!r}",
       over=[{"name": name} for name in ("", ".", "..", "with space", "slash/ed", "ünicode", "x" * 250)])
def invalid_names(context, name):
    with Wire(context.shared) as wire:
        equal(wire.metadata([name], create=True), {name: INVALID_TOPIC}, "metadata")
    assert name not in context.admin.topic_names(), "the topic exists"


@check("one invalid or absent name does not spoil the others of the request")
def mixed_names(context):
    topic, absent = context.topic(), context.unique("absent")
    with Wire(context.shared) as wire:
        equal(
            wire.metadata([topic, "no/name", absent]),
            {topic: NONE, "no/name": INVALID_TOPIC, absent: UNKNOWN_TOPIC_OR_PARTITION},
            "errors by topic",
        )


@check("writing to or fetching from an unknown topic or partition answers UNKNOWN_TOPIC_OR_PARTITION")
def unknown_partition(context):
    topic, absent = context.topic(), context.unique("absent")
    with Wire(context.shared) as wire:
        for name, partition in ((absent, 0), (topic, 1), (topic, -1), (topic, 2**31 - 1)):
            error, _ = wire.produce(name, batch([b"lost"]), partition=partition)
            equal(error, UNKNOWN_TOPIC_OR_PARTITION, f"error of a write to {name} {partition}")
            error, *_ = wire.fetch(name, 0, partition)
            equal(error, UNKNOWN_TOPIC_OR_PARTITION, f"error of a fetch from {name} {partition}")
        equal(wire.produce(topic, batch([b"kept"])), (NONE, 0), "a write to the partition that exists")


@check("metadata never shows a partition without a leader while topics come and go")
def coming_and_going(context):
    seen, ended = set(), threading.Event()

    def watch():
        with Wire(context.shared) as wire:
            while not ended.is_set():
                seen.update(wire.partition_states())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for _ in range(30):
            topic = context.topic(partitions=3)
            context.admin.delete_topic(topic)
    finally:
        ended.set()
        watcher.join()
    equal(seen, {(NONE, True)}, "errors of partitions, and whether they had a leader")


@check("{client} sees one broker, which is the controller, and the same cluster id as everyone",
       over=[{"client": client} for client in ADMIN_CLIENTS])
def cluster(context, client):
    identity, controller, brokers = context.administration(client).cluster()
    assert identity, "no cluster id"
    assert controller in brokers, f"controller {controller} is not among the brokers {brokers}"
    equal(identity, context.admin.cluster()[0], "cluster id")


@check("confluent-kafka subscribed to an unknown topic without auto creation is told so")
def subscribed_to_unknown(context):
    consumer = Consumer({
        "bootstrap.servers": context.bootstrap, "group.id": context.unique("group"), "allow.auto.create.topics": False,
    })
    context.closing(consumer)
    consumer.subscribe([context.unique("absent")])
    message = consumer.poll(20)
    assert message is not None and message.error() is not None, "no error within 20 s"
    equal(message.error().name(), "UNKNOWN_TOPIC_OR_PART", "error")
