"""A fetch that finds nothing is parked: woken by an append, otherwise answered when its wait is over."""

import time

from confluent_kafka import Consumer, TopicPartition

from batches import batch
from codes import FETCH, METADATA, NONE
from records import plain
from registry import check, equal
from wire import Wire, array, fetch_body, i8, string

LONG_WAIT_MS = 15_000


@check("a parked fetch is answered by an append, long before its wait ends")
def woken_by_append(context):
    topic = context.topic()
    with Wire(context.shared) as reader, Wire(context.shared) as writer:
        slowest = 0.0
        for offset in range(5):
            reader.send(FETCH, 11, fetch_body(topic, offset, max_wait_ms=LONG_WAIT_MS))
            # The answer to a metadata request on the other connection comes after the fetch was received.
            writer.metadata([topic])
            started = time.monotonic()
            equal(writer.produce(topic, batch([b"wake up"])), (NONE, offset), "error and offset of the append")
            error, _, _, records = reader.fetch_answer()
            slowest = max(slowest, time.monotonic() - started)
            equal((error, len(records) > 0), (NONE, True), "error of the fetch, and whether it has records")
    assert slowest < 3, f"the slowest of 5 appends took {slowest:.1f} s to reach the reader"


@check("a parked fetch with min_bytes waits until that much has come")
def minimum_bytes(context):
    topic = context.topic()
    with Wire(context.shared) as reader, Wire(context.shared) as writer:
        reader.send(FETCH, 11, fetch_body(topic, 0, max_wait_ms=LONG_WAIT_MS, min_bytes=10_000))
        for _ in range(4):
            writer.produce(topic, batch([b"x" * 3000]))
        _, high_watermark, _, records = reader.fetch_answer()
    assert len(records) >= 10_000, f"answered with {len(records)} bytes at high watermark {high_watermark}"


@check("a fetch that stays empty is answered when its wait is over")
def wait_ends(context):
    topic = context.topic()
    with Wire(context.shared) as wire:
        started = time.monotonic()
        error, high_watermark, _, records = wire.fetch(topic, 0, max_wait_ms=700)
        seconds = time.monotonic() - started
    equal((error, high_watermark, records), (NONE, 0, b""), "error, high watermark and records")
    assert 0.6 <= seconds < 5, f"answered after {seconds:.2f} s, expected about 0.7 s"


@check("a fetch with a wait of 0 is answered at once")
def no_wait(context):
    topic = context.topic()
    with Wire(context.shared) as wire:
        started = time.monotonic()
        wire.fetch(topic, 0, max_wait_ms=0)
    assert time.monotonic() - started < 3, "the answer waited"


@check("a parked fetch does not hold up other connections")
def others_served(context):
    topic = context.topic()
    with Wire(context.shared) as parked, Wire(context.shared) as other:
        parked.send(FETCH, 11, fetch_body(topic, 0, max_wait_ms=LONG_WAIT_MS))
        started = time.monotonic()
        equal(other.metadata([topic]), {topic: NONE}, "metadata")
        assert time.monotonic() - started < 5, "the other connection waited"


@check("requests sent in one go are answered in their order, a parked fetch included")
def pipelined(context):
    topic = context.topic()
    with Wire(context.shared) as wire:
        wire.send(FETCH, 11, fetch_body(topic, 0, max_wait_ms=300))
        for _ in range(5):
            wire.send(METADATA, 5, array(string(topic)) + i8(0))
        equal([wire.receive().correlation for _ in range(6)], [1, 2, 3, 4, 5, 6], "order of the answers")


@check("a consumer's long poll delivers within a second or so of the append")
def client_latency(context):
    topic = context.topic()
    consumer = Consumer({
        "bootstrap.servers": context.bootstrap, "group.id": context.unique("group"), "fetch.wait.max.ms": 10_000,
        "auto.offset.reset": "earliest", "enable.auto.commit": False, "socket.timeout.ms": 20_000,
    })
    context.closing(consumer)
    consumer.assign([TopicPartition(topic, 0, 0)])
    consumer.poll(1)
    started = time.monotonic()
    context.clients["confluent-kafka"].produce(topic, plain(1))
    message = consumer.poll(15)
    assert message is not None and message.error() is None, f"no record within 15 s: {message and message.error()}"
    assert time.monotonic() - started < 5, f"took {time.monotonic() - started:.1f} s of a 10 s wait"
