"""What people type: kcat's listing, query, formats and balanced consumption."""

import json
import time

from records import Record, plain
from registry import check, equal


@check("kcat -L lists brokers, topics and partitions, as text and as JSON")
def listing(context):
    topic, kcat = context.topic(partitions=3), context.clients["kcat"]
    text = kcat.run("-L", "-t", topic)
    assert f'topic "{topic}" with 3 partitions' in text, text
    assert f"at {context.bootstrap}" in text, f"the broker is not at {context.bootstrap}: {text}"
    found = json.loads(kcat.run("-L", "-J", "-t", topic))
    equal(len(found["topics"][0]["partitions"]), 3, "partitions in the JSON listing")
    broker = found["brokers"][0]["id"]
    equal({entry["leader"] for entry in found["topics"][0]["partitions"]}, {broker}, "leaders")
    equal(found["controllerid"], broker, "controller")


@check("kcat -L of every topic contains a new topic")
def full_listing(context):
    topic = context.topic()
    names = [entry["topic"] for entry in json.loads(context.clients["kcat"].run("-L", "-J"))["topics"]]
    assert topic in names, f"{topic} is not among {len(names)} topics"


@check("kcat -Q finds an offset by time")
def query(context):
    topic, start_ms = context.topic(), int(time.time() * 1000) - 100_000
    records = [Record(value=b"x", timestamp_ms=start_ms + index * 1000) for index in range(10)]
    context.clients["confluent-kafka"].produce(topic, records)
    answer = context.clients["kcat"].run("-Q", "-t", f"{topic}:0:{start_ms + 4000}")
    equal(answer.strip(), f"{topic} [0] offset 4", "answer")


@check("kcat -C reads from the end backwards and by timestamp, and stops at the end")
def starts(context):
    topic, start_ms = context.topic(), int(time.time() * 1000) - 100_000
    records = [Record(value=b"%d" % index, timestamp_ms=start_ms + index * 1000) for index in range(10)]
    context.clients["confluent-kafka"].produce(topic, records)

    def read(offset):
        return context.clients["kcat"].run("-C", "-t", topic, "-o", offset, "-e", "-q").split()

    equal(read("-3"), ["7", "8", "9"], "the last three")
    equal(read(f"s@{start_ms + 6000}"), ["6", "7", "8", "9"], "from a timestamp on")
    equal(read("beginning"), [str(index) for index in range(10)], "everything")


@check("kcat writes a file of lines with keys and reads it back formatted")
def formats(context):
    topic, kcat = context.topic(partitions=2), context.clients["kcat"]
    lines = "".join(f"key-{index}:value-{index}\n" for index in range(20))
    kcat.run("-P", "-t", topic, "-K", ":", "-z", "snappy", stdin=lines.encode())
    found = kcat.run("-C", "-t", topic, "-e", "-q", "-f", "%k:%s\\n")
    equal(sorted(found.splitlines()), sorted(lines.splitlines()), "lines")


@check("kcat -G stops at the end of every partition with -e and resumes at its commit")
def balanced(context):
    topic, group, kcat = context.topic(partitions=2), context.unique("group"), context.clients["kcat"]

    def read():
        return kcat.run("-G", group, "-e", "-q", "-X", "auto.offset.reset=earliest", topic).splitlines()

    for partition in range(2):
        context.clients["confluent-kafka"].produce(topic, plain(5, f"first-{partition}"), partition=partition)
    equal(len(read()), 10, "lines of the first run")
    context.clients["confluent-kafka"].produce(topic, plain(3, "second"), partition=1)
    equal(read(), [record.value.decode() for record in plain(3, "second")], "lines of the second run")
