"""Record batches that lie: refused with the error Kafka gives, never stored, never paid for in memory."""

import gzip

from batches import HEADER_BYTES, batch, record, varint
from codes import (
    COORDINATOR_LOAD_IN_PROGRESS, CORRUPT_MESSAGE, INIT_PRODUCER_ID, INVALID_RECORD, INVALID_REQUIRED_ACKS,
    MESSAGE_TOO_LARGE, NONE, OUT_OF_ORDER_SEQUENCE_NUMBER, PRODUCE, UNKNOWN_SERVER_ERROR,
    UNSUPPORTED_FOR_MESSAGE_FORMAT,
)
from registry import check, equal, eventually
from wire import Closed, Wire, i32, produce_body, string

TWO = [b"first", b"second"]
GZIP = 1
BOMB_BYTES = 512 << 20
ALLOWED_GROWTH_BYTES = 200 << 20


def bomb():
    """One record of half a gibibyte of zeros, in a few hundred kilobytes."""
    head = b"\0" + varint(0) + varint(0) + varint(-1) + varint(BOMB_BYTES)
    compressor_input = [varint(len(head) + BOMB_BYTES + 1) + head]
    packed = gzip.compress(b"".join(compressor_input) + bytes(BOMB_BYTES) + varint(0), compresslevel=9)
    return batch([b""], records=packed, attributes=GZIP)


BAD = {
    "a wrong CRC": (batch(TWO, crc=1), {CORRUPT_MESSAGE}),
    "magic 0": (batch(TWO, magic=0), {CORRUPT_MESSAGE, INVALID_RECORD, UNSUPPORTED_FOR_MESSAGE_FORMAT}),
    "magic 1": (batch(TWO, magic=1), {CORRUPT_MESSAGE, INVALID_RECORD, UNSUPPORTED_FOR_MESSAGE_FORMAT}),
    "magic 3": (batch(TWO, magic=3), {CORRUPT_MESSAGE, INVALID_RECORD, UNSUPPORTED_FOR_MESSAGE_FORMAT}),
    "a record count that is too high": (batch(TWO, count=3), {INVALID_RECORD}),
    "a record count that is too low": (batch(TWO, count=1), {INVALID_RECORD}),
    "a record count of 2 billion": (batch(TWO, count=2**31 - 1), {INVALID_RECORD}),
    "a record count and last offset of 2 billion": (
        batch(TWO, count=2**31 - 1, last_offset_delta=2**31 - 2), {INVALID_RECORD, CORRUPT_MESSAGE}),
    "a negative record count": (batch(TWO, count=-7), {INVALID_RECORD}),
    "a last offset that does not fit the count": (batch(TWO, last_offset_delta=9), {INVALID_RECORD}),
    "a length that is too large": (batch(TWO, length=5000), {CORRUPT_MESSAGE, INVALID_RECORD}),
    "a length that is too small": (batch(TWO, length=20), {CORRUPT_MESSAGE, INVALID_RECORD}),
    "a negative length": (batch(TWO, length=-1), {CORRUPT_MESSAGE, INVALID_RECORD}),
    "half a batch": (batch(TWO)[:40], {CORRUPT_MESSAGE, INVALID_RECORD}),
    "a header without records": (batch(TWO)[:HEADER_BYTES], {CORRUPT_MESSAGE, INVALID_RECORD}),
    "no batch at all": (b"", {CORRUPT_MESSAGE, INVALID_RECORD}),
    "random bytes": (bytes(range(256)) * 4, {CORRUPT_MESSAGE, INVALID_RECORD, UNSUPPORTED_FOR_MESSAGE_FORMAT}),
    "two batches for one partition": (batch(TWO) + batch(TWO), {INVALID_RECORD}),
    "a control batch": (batch(TWO, attributes=0x20), {INVALID_RECORD}),
    "records that are cut short": (batch(TWO, records=record(b"first") + record(b"second", offset_delta=1)[:-3]),
                                   {INVALID_RECORD, CORRUPT_MESSAGE}),
    "bytes behind the records": (batch(TWO, records=record(b"first") + record(b"second", offset_delta=1) + b"more"),
                                 {INVALID_RECORD, CORRUPT_MESSAGE}),
    # Apache Kafka 4.3 refuses this one with an unexpected server error.
    "gzip that is no gzip": (batch(TWO, records=b"no gzip at all", attributes=GZIP),
                             {CORRUPT_MESSAGE, INVALID_RECORD, UNKNOWN_SERVER_ERROR}),
    "compressed records that are cut short": (
        batch(TWO, records=gzip.compress(record(b"first") + record(b"second", offset_delta=1))[:-12], attributes=GZIP),
        {CORRUPT_MESSAGE, INVALID_RECORD, UNKNOWN_SERVER_ERROR}),
    "a count that the compressed records do not fulfil": (
        batch(TWO, records=gzip.compress(record(b"first")), attributes=GZIP), {CORRUPT_MESSAGE, INVALID_RECORD}),
    "a record whose length is larger than the batch": (
        batch([b"x"], records=varint(1 << 30) + bytes(20)), {INVALID_RECORD, CORRUPT_MESSAGE}),
    "a value whose length is larger than its record": (
        batch([b"x"], records=varint(9) + b"\0\0\0\x01" + varint(1 << 20) + bytes(5)),
        {INVALID_RECORD, CORRUPT_MESSAGE}),
    "an idempotent batch with a negative sequence": (
        batch(TWO, producer_id=1, producer_epoch=0, base_sequence=-1), {INVALID_RECORD}),
}


@check("a batch is refused and not stored: {what}", over=[{"what": what} for what in BAD])
def refused(context, what):
    content, expected = BAD[what]
    topic = context.topic()
    with Wire(context.shared) as wire:
        equal(wire.produce(topic, batch([b"before"])), (NONE, 0), "the write before")
        error, _ = wire.produce(topic, content)
        assert error in expected, f"answered error {error}, expected one of {sorted(expected)}"
        # The same connection goes on, and the bad batch took no offset.
        equal(wire.produce(topic, batch([b"after"])), (NONE, 1), "the write after")
        equal([stored.record_count for stored in wire.batches(topic)], [1, 1], "records in the stored batches")


@check("a null batch is refused and not stored")
def null_batch(context):
    topic = context.topic()
    with Wire(context.shared, timeout_seconds=3) as wire:
        try:
            error, _ = wire.produce(topic, None)
            assert error in (CORRUPT_MESSAGE, INVALID_RECORD), f"answered error {error}"
        except Closed:
            pass
        except TimeoutError:
            # Apache Kafka 4.3.1 fails inside (a null pointer in its log line) and never answers.
            assert context.shared.broker_pid is None, "no answer"
    with Wire(context.shared) as wire:
        equal(wire.produce(topic, batch([b"after"])), (NONE, 0), "the write after")


@check("a bad batch with acks=0 closes the connection, since there is no answer to carry the error")
def refused_without_answer(context):
    topic = context.topic()
    with Wire(context.shared) as wire:
        wire.send(PRODUCE, 7, produce_body(topic, batch(TWO, crc=1), acks=0))
        assert wire.is_closed(), "the connection was not closed"
    equal(context.admin.offset_at(topic, 0, "latest"), 0, "end offset")


@check("acks=0 gets no answer at all, and the next request gets its own")
def no_answer(context):
    topic = context.topic()
    with Wire(context.shared) as wire:
        wire.send(PRODUCE, 7, produce_body(topic, batch(TWO), acks=0))
        equal(wire.produce(topic, batch(TWO)), (NONE, 2), "the next answer")


@check("acks that are not 0, 1 or all are refused with INVALID_REQUIRED_ACKS")
def strange_acks(context):
    topic = context.topic()
    with Wire(context.shared) as wire:
        for acks in (2, -2, 32767):
            equal(wire.produce(topic, batch(TWO), acks=acks)[0], INVALID_REQUIRED_ACKS, f"error of acks={acks}")
    equal(context.admin.offset_at(topic, 0, "latest"), 0, "end offset")


@check("a compression bomb is answered and costs the broker no memory", limit_seconds=120)
def compression_bomb(context):
    topic, before = context.topic(), resident_bytes(context)
    with Wire(context.shared, timeout_seconds=60) as wire:
        try:
            error, _ = wire.produce(topic, bomb())
        except Closed as failure:
            raise AssertionError("the connection was closed") from failure
    # A broker that need not look inside may store it; one that looks must stop at its limit.
    assert error in (NONE, CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_RECORD), f"answered error {error}"
    growth = resident_bytes(context) - before
    assert growth < ALLOWED_GROWTH_BYTES, f"the broker grew by {growth >> 20} MiB"
    with Wire(context.shared) as wire:
        other = context.topic()
        equal(wire.produce(other, batch(TWO)), (NONE, 0), "a write afterwards")


def resident_bytes(context):
    """Memory of the broker's process; 0 where its process id is not known."""
    if context.shared.broker_pid is None:
        return 0
    with open(f"/proc/{context.shared.broker_pid}/statm", encoding="ascii") as status:
        return int(status.read().split()[1]) * 4096


@check("idempotence: a repeated batch is acknowledged with its first offset, a gap is OUT_OF_ORDER_SEQUENCE_NUMBER")
def sequences(context):
    topic, (producer, epoch) = context.topic(), producer_id(context)

    def write(wire, sequence):
        return wire.produce(
            topic, batch(TWO, producer_id=producer, producer_epoch=epoch, base_sequence=sequence)
        )

    with Wire(context.shared) as wire:
        equal(write(wire, 0), (NONE, 0), "the first batch")
        equal(write(wire, 2), (NONE, 2), "the second batch")
        equal(write(wire, 2), (NONE, 2), "the second batch again")
        equal(write(wire, 0), (NONE, 0), "the first batch again")
        equal(write(wire, 6)[0], OUT_OF_ORDER_SEQUENCE_NUMBER, "error of a gap")
        equal(write(wire, 4), (NONE, 4), "the batch that fits")
        equal(sum(stored.record_count for stored in wire.batches(topic)), 6, "records stored")


def producer_id(context):
    """A producer id from the broker."""
    with Wire(context.shared) as wire:

        def ask():
            answer = wire.call(INIT_PRODUCER_ID, 1, string(None) + i32(60_000))
            answer.i32()
            error = answer.i16()
            # A broker that has just started may still be loading.
            assert error in (NONE, COORDINATOR_LOAD_IN_PROGRESS), f"InitProducerId answered error {error}"
            return error == NONE and (answer.i64(), answer.i16())

        return eventually(ask, "a producer id")
