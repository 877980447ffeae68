"""Where a consumer starts: earliest, latest, by time, inside a batch, and out of range."""

import time

from clients import ADMIN_CLIENTS, CLIENTS
from codes import OFFSET_OUT_OF_RANGE
from records import Record, plain, same
from registry import check, equal, refused_with
from wire import Wire

EACH = [{"client": client} for client in CLIENTS]
EACH_ADMIN = [{"client": client} for client in ADMIN_CLIENTS]
WITHOUT_RESET = [{"client": client} for client in ("confluent-kafka", "kafka-python", "kcat")]


@check("{client} starts at an offset inside a compressed batch and gets exactly the rest", over=EACH)
def inside_a_batch(context, client):
    topic, records = context.topic(), plain(100)
    context.clients["confluent-kafka"].produce(topic, records, codec="zstd")
    with Wire(context.shared) as wire:
        assert len(wire.batches(topic)) < 10, "the records should share batches"
    found = context.clients[client].consume(topic, 43, offset=57)
    same(found, records[57:])
    equal(found[0].offset, 57, "first offset")


@check("a fetch inside a batch returns the whole batch")
def whole_batch(context):
    topic = context.topic()
    context.clients["confluent-kafka"].produce(topic, plain(100), codec="gzip")
    with Wire(context.shared) as wire:
        stored = wire.batches(topic)
        error, high_watermark, log_start, records = wire.fetch(topic, stored[-1].last_offset)
        equal((error, high_watermark, log_start), (0, 100, 0), "error, high watermark and log start")
        equal(int.from_bytes(records[:8], "big"), stored[-1].base_offset, "base offset of the answer")


@check("a fetch returns its first batch even when that exceeds every size limit")
def first_batch_rule(context):
    topic = context.topic()
    context.clients["confluent-kafka"].produce(topic, [Record(value=b"x" * 100_000)])
    with Wire(context.shared) as wire:
        _, _, _, records = wire.fetch(topic, 0, max_bytes=10, partition_bytes=10)
    assert len(records) > 100_000, f"{len(records)} bytes"


@check("{client} with reset earliest starts over at the beginning when its offset is out of range",
       over=[{"client": client} for client in CLIENTS if client != "kafkajs"])
def reset_earliest(context, client):
    topic, records = context.topic(), plain(10)
    context.clients["confluent-kafka"].produce(topic, records)
    same(context.clients[client].consume(topic, 10, offset=5000, reset="earliest"), records)


@check("{client} without a reset is told OFFSET_OUT_OF_RANGE above the end and below the start", over=WITHOUT_RESET)
def out_of_range(context, client):
    topic, driver = context.topic(), context.clients[client]
    context.clients["confluent-kafka"].produce(topic, plain(10))
    with refused_with("OFFSET_OUT_OF_RANGE"):
        driver.consume(topic, 1, offset=11)
    context.admin.delete_records(topic, 0, 4)
    with refused_with("OFFSET_OUT_OF_RANGE"):
        driver.consume(topic, 1, offset=3)
    same(driver.consume(topic, 6, offset=4), plain(10)[4:])


@check("an offset out of range is answered at once, not after the wait")
def out_of_range_at_once(context):
    topic = context.topic()
    with Wire(context.shared) as wire:
        started = time.monotonic()
        error, *_ = wire.fetch(topic, 99, max_wait_ms=10_000)
    equal(error, OFFSET_OUT_OF_RANGE, "error")
    assert time.monotonic() - started < 5, "the answer waited"


@check("{client} lists earliest, latest and by-time offsets", over=EACH_ADMIN)
def listed(context, client):
    topic, verbs = context.topic(), context.administration(client)
    start_ms = int(time.time() * 1000) - 100_000
    records = [
        Record(record.value, timestamp_ms=start_ms + index * 1000) for index, record in enumerate(plain(50))
    ]
    context.clients["confluent-kafka"].produce(topic, records, codec="lz4")

    def at(where):
        return verbs.offset_at(topic, 0, where)

    equal((at("earliest"), at("latest")), (0, 50), "earliest and latest")
    equal(at(start_ms + 20_000), 20, "offset of an exact timestamp inside a compressed batch")
    equal(at(start_ms + 20_001), 21, "offset of the next younger timestamp")
    equal(at(start_ms - 1), 0, "offset of a timestamp older than all")
    # No record is that young: the protocol says -1; kafkajs turns that into the end offset.
    equal(at(start_ms + 60_000), 50 if client == "kafkajs" else -1, "offset of a timestamp younger than all")


@check("{client} sees the log start move when records are deleted", over=EACH_ADMIN)
def after_deletion(context, client):
    topic, verbs = context.topic(), context.administration(client)
    context.clients["confluent-kafka"].produce(topic, plain(20))
    equal(verbs.delete_records(topic, 0, 7), 7, "log start that the deletion reports")
    equal(verbs.offset_at(topic, 0, "earliest"), 7, "earliest offset")
    same(context.clients[client].consume(topic, 13), plain(20)[7:])


@check("{client}'s deletion above the end is refused, and -1 deletes everything",
       over=[{"client": client} for client in ("confluent-kafka", "kafka-python")])
def deletion_bounds(context, client):
    topic, verbs = context.topic(), context.administration(client)
    context.clients["confluent-kafka"].produce(topic, plain(20))
    with refused_with("OFFSET_OUT_OF_RANGE"):
        verbs.delete_records(topic, 0, 21)
    equal(verbs.delete_records(topic, 0, -1), 20, "log start after deleting everything")
    equal([verbs.offset_at(topic, 0, where) for where in ("earliest", "latest")], [20, 20], "bounds of the log")
