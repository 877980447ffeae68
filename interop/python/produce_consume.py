"""What one client writes, every client reads: codecs, acknowledgements, batches, keys, nulls, headers, timestamps."""

from clients import CLIENTS, CODECS
from codes import CODEC_NUMBERS
from records import Record, plain, same, varied
from registry import check, equal
from wire import Wire

PAIRS = [
    {"producer": producer, "codec": codec, "consumer": consumer}
    for producer in CLIENTS
    for codec in CODECS
    for consumer in CLIENTS
]
WRITERS = [{"producer": producer, "codec": codec} for producer in CLIENTS for codec in CODECS]
EACH = [{"client": client} for client in CLIENTS]


def written(context, producer, codec):
    """Topic and records of one client and codec, written the first time a check asks."""

    def write():
        topic, client = context.topic(), context.clients[producer]
        records = varied(client)
        client.produce(topic, records, codec=codec)
        return topic, records

    return context.shared.once(("written", producer, codec), write)


def pair_cells(producer, codec, consumer):
    """A pair proves the producer's and the consumer's half of the codec."""
    return [("codec", producer, (codec, "produce")), ("codec", consumer, (codec, "consume"))]


@check("{producer} writes keys, nulls, headers and timestamps with {codec} and {consumer} reads them back",
       over=PAIRS, cells=pair_cells)
def round_trip(context, producer, codec, consumer):
    topic, records = written(context, producer, codec)
    found = context.clients[consumer].consume(topic, len(records))
    same(found, records)
    equal([record.offset for record in found], list(range(len(records))), "offsets")


@check("what {producer} writes with {codec} is stored as {codec}", over=WRITERS,
       cells=lambda producer, codec: [("codec", producer, (codec, "produce"))])
def stored_codec(context, producer, codec):
    topic, records = written(context, producer, codec)
    with Wire(context.shared) as wire:
        batches = wire.batches(topic)
    equal(sum(batch.record_count for batch in batches), len(records), "records in the batches")
    # librdkafka leaves a batch plain that compression would make larger, so single records do not count.
    codecs = {batch.codec for batch in batches if batch.record_count > 10}
    equal(codecs, {CODEC_NUMBERS[codec]}, "codec in the attributes of the stored batches")


@check("{client} writes with acks=0, 1 and all, and every record arrives in order", over=EACH)
def acknowledgements(context, client):
    topic, driver = context.topic(), context.clients[client]
    records = []
    for acks in ("0", "1", "all"):
        stretch = plain(20, prefix=f"acks-{acks}")
        driver.produce(topic, stretch, acks=acks)
        # acks=0 ends before the broker has it: read it before the next stretch is written.
        records += stretch
        same(driver.consume(topic, len(records)), records)


@check("{client} as an idempotent producer writes each record once", over=EACH)
def idempotent(context, client):
    topic, driver = context.topic(), context.clients[client]
    records = plain(500)
    driver.produce(topic, records, idempotent=True)
    same(context.clients["confluent-kafka"].consume(topic, len(records)), records)
    equal(context.admin.offset_at(topic, 0, "latest"), len(records), "log end offset")
    with Wire(context.shared) as wire:
        producers = {batch.producer_id for batch in wire.batches(topic)}
    assert -1 not in producers, "a batch carries no producer id"


@check("two idempotent {client} producers get different producer ids", over=EACH)
def producer_ids(context, client):
    topic, driver = context.topic(), context.clients[client]
    for _ in range(2):
        driver.produce(topic, plain(5), idempotent=True)
    with Wire(context.shared) as wire:
        producers = {batch.producer_id for batch in wire.batches(topic)}
    equal(len(producers), 2, "distinct producer ids")


@check("{client} writes 5,000 records in several batches and reads them in order", over=EACH)
def many_records(context, client):
    topic, driver = context.topic(), context.clients[client]
    records = [Record(value=b"%06d" % index + b"." * 300, key=b"%d" % (index % 7)) for index in range(5000)]
    for start in range(0, len(records), 1000):
        driver.produce(topic, records[start:start + 1000], codec="lz4")
    same(driver.consume(topic, len(records)), records)


@check("{client} is told the offsets that the broker gave to its records",
       over=[{"client": client} for client in CLIENTS if client != "kcat"])
def told_offsets(context, client):
    topic, driver = context.topic(), context.clients[client]
    equal(driver.produce(topic, plain(10)), list(range(10)), "offsets of the first batch")
    equal(driver.produce(topic, plain(10)), list(range(10, 20)), "offsets of the second batch")


@check("{client} writes to the partition it names and to no other", over=EACH)
def named_partition(context, client):
    topic, driver = context.topic(partitions=3), context.clients[client]
    driver.produce(topic, plain(5), partition=2)
    same(driver.consume(topic, 5, partition=2), plain(5))
    equal([context.admin.offset_at(topic, partition, "latest") for partition in range(3)], [0, 0, 5], "end offsets")


@check("{client} reads a 900,000-byte record that another client wrote", over=EACH)
def large_record(context, client):
    topic = context.topic()
    records = [Record(value=bytes(range(97, 123)) * (900_000 // 26))]
    context.clients["confluent-kafka"].produce(topic, records)
    same(context.clients[client].consume(topic, 1), records)
