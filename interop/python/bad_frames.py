"""Frames no client would send: each is answered as defined or ends its connection, and only that one."""

from batches import batch
from clients import CLIENTS
from codes import (
    API_VERSIONS, CREATE_TOPICS, FETCH, FIND_COORDINATOR, HEARTBEAT, INIT_PRODUCER_ID, JOIN_GROUP, LIST_OFFSETS,
    METADATA, NONE, OFFSET_COMMIT, OFFSET_FETCH, PRODUCE, SYNC_GROUP, UNSUPPORTED_VERSION,
)
from records import plain, same
from registry import check, equal, eventually
from wire import Closed, Wire, array, blob, fetch_body, i8, i16, i32, i64, produce_body, string


def still_serves(context, topic):
    """A fresh connection writes and reads as if nothing had happened."""
    with Wire(context.shared) as wire:
        equal(wire.metadata([topic]), {topic: NONE}, "metadata afterwards")
        error, offset = wire.produce(topic, batch([b"afterwards"]))
        equal(error, NONE, "error of a write afterwards")
        error, _, _, records = wire.fetch(topic, offset)
        equal((error, b"afterwards" in records), (NONE, True), "a read afterwards")


def closes(context, content, what):
    """The bytes end their connection, and a connection opened before goes on."""
    topic = context.topic()
    with Wire(context.shared) as bystander, Wire(context.shared) as wire:
        bystander.metadata([topic])
        wire.send_bytes(content)
        assert wire.is_closed(), f"{what}: the connection was not closed"
        equal(bystander.metadata([topic]), {topic: NONE}, "metadata on a connection opened before")
    still_serves(context, topic)


FRAMES = {
    "a negative frame size": i32(-1),
    "the smallest frame size": i32(-(2**31)),
    "a frame size above socket.request.max.bytes": i32(2**31 - 1),
    "a frame size just above socket.request.max.bytes": i32(104_857_601),
    "an empty frame": i32(0),
    "a frame of one byte": i32(1) + b"\0",
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a TLS handshake": bytes.fromhex("16030100c8010000c40303") + bytes(194),
    "a header with a client id longer than the frame": i32(12) + i16(METADATA) + i16(5) + i32(1) + i16(500) + b"ab",
}


@check("{what} closes the connection and nobody else's", over=[{"what": what} for what in FRAMES])
def bad_frame(context, what):
    closes(context, FRAMES[what], what)


@check("a frame that stops in the middle and a client that hangs up leave the broker unharmed")
def half_frame(context):
    topic = context.topic()
    for _ in range(20):
        with Wire(context.shared) as wire:
            request = wire.request(PRODUCE, 7, produce_body(topic, batch([b"never finished"] * 10)))
            wire.send_bytes(i32(len(request)) + request[:len(request) // 2])
    still_serves(context, topic)


@check("an unknown API key closes the connection")
def unknown_key(context):
    for key in (9999, -1, 94, 32767):
        request = i16(key) + i16(0) + i32(1) + string("interop")
        closes(context, i32(len(request)) + request, f"API key {key}")


@check("an unknown version of a known API closes the connection")
def unknown_version(context):
    for key, version in ((METADATA, 99), (METADATA, -1), (FETCH, 3), (FIND_COORDINATOR, 999), (HEARTBEAT, 32767)):
        request = i16(key) + i16(version) + i32(1) + string("interop") + bytes(30)
        closes(context, i32(len(request)) + request, f"version {version} of API {key}")


def version_ranges(answer):
    """Lowest and highest version by API key, from an ApiVersions answer before version 3."""
    return {key: (low, high) for key, low, high in answer.array(lambda: (answer.i16(), answer.i16(), answer.i16()))}


@check("ApiVersions in an unknown version is answered in version 0 with UNSUPPORTED_VERSION and the supported range")
def unknown_api_versions(context):
    with Wire(context.shared) as wire:
        answer = wire.call(API_VERSIONS, 99, b"\0")
        equal(answer.i16(), UNSUPPORTED_VERSION, "error")
        ranges = version_ranges(answer)
        low, high = ranges[API_VERSIONS]
        assert low == 0 and high >= 3, f"range of ApiVersions is {low}..{high}"
        answer = wire.call(API_VERSIONS, 2, b"")
        equal(answer.i16(), NONE, "error of the second try on the same connection")


@check("ApiVersions advertises Produce, JoinGroup and FindCoordinator from version 0, as old librdkafka needs")
def advertised_minimums(context):
    with Wire(context.shared) as wire:
        answer = wire.call(API_VERSIONS, 0, b"")
        answer.i16()
        ranges = version_ranges(answer)
    equal({key: ranges[key][0] for key in (PRODUCE, JOIN_GROUP, FIND_COORDINATOR)},
          {PRODUCE: 0, JOIN_GROUP: 0, FIND_COORDINATOR: 0}, "lowest versions")
    assert all(low <= high for low, high in ranges.values()), f"a range is empty: {ranges}"


def requests(topic, group):
    """A sound request of each kind, as (API key, version, body)."""
    one = string(topic)
    return [
        (METADATA, 5, array(one) + i8(0)),
        (PRODUCE, 7, produce_body(topic, batch([b"never written"]))),
        (FETCH, 11, fetch_body(topic, 0, max_wait_ms=0)),
        (LIST_OFFSETS, 5, i32(-1) + i8(0) + array(one + array(i32(0) + i32(-1) + i64(-1)))),
        (FIND_COORDINATOR, 2, string(group) + i8(0)),
        (JOIN_GROUP, 5, string(group) + i32(10_000) * 2 + string("") + string(None) + string("consumer")
         + array(string("range") + blob(b"meta"))),
        (SYNC_GROUP, 3, string(group) + i32(1) + string("member") + string(None)
         + array(string("member") + blob(b"x"))),
        (HEARTBEAT, 3, string(group) + i32(1) + string("member") + string(None)),
        (OFFSET_COMMIT, 7, string(group) + i32(-1) + string("") + string(None)
         + array(one + array(i32(0) + i64(5) + i32(-1) + string("note")))),
        (OFFSET_FETCH, 5, string(group) + array(one + array(i32(0)))),
        (CREATE_TOPICS, 4, array(string(topic + "-more") + i32(1) + i16(1) + array()
                                 + array(string("retention.ms") + string("1"))) + i32(5000) + i8(0)),
        (INIT_PRODUCER_ID, 1, string(None) + i32(60_000)),
    ]


KINDS = [{"index": index, "key": key} for index, (key, _, _) in enumerate(requests("", ""))]


@check("API {key}: a request cut at any byte closes the connection and changes nothing", over=KINDS, limit_seconds=120)
def truncated(context, index, key):
    topic, group = context.topic(), context.unique("group")
    _, version, body = requests(topic, group)[index]
    whole = len(i16(key) + i16(version) + i32(1) + string("interop") + body)
    for length in range(whole):
        with Wire(context.shared) as wire:
            wire.send_frame(wire.request(key, version, body)[:length])
            assert wire.is_closed(), f"cut to {length} of {whole} bytes: the connection was not closed"
    equal(context.admin.offset_at(topic, 0, "latest"), 0, "end offset")
    still_serves(context, topic)


COUNTS = (2**31 - 1, 2**24, 5)


@check("API {key}: an array count that the frame cannot hold closes the connection, quickly",
       over=[{"key": key} for key in (METADATA, PRODUCE, FETCH, JOIN_GROUP)])
def lying_counts(context, key):
    heads = {METADATA: (5, b""), PRODUCE: (7, string(None) + i16(1) + i32(1000)),
             FETCH: (11, i32(-1) + i32(0) + i32(1) + i32(1000) + i8(0) + i32(0) + i32(-1)),
             JOIN_GROUP: (5, string("g") + i32(10_000) * 2 + string("") + string(None) + string("consumer"))}
    version, head = heads[key]
    for count in COUNTS:
        request = i16(key) + i16(version) + i32(1) + string("interop") + head + i32(count) + b"\0\0"
        closes(context, i32(len(request)) + request, f"API {key} with {count} elements")


NULLS = {
    "a null topic name in Metadata": (METADATA, 5, array(string(None)) + i8(0)),
    "a null topic name in Produce": (PRODUCE, 7, string(None) + i16(1) + i32(1000) + array(string(None) + array())),
    "null partitions in Produce": (PRODUCE, 7, string(None) + i16(1) + i32(1000) + array(string("t") + i32(-1))),
    "null topics in Fetch": (FETCH, 11, i32(-1) + i32(0) + i32(1) + i32(9) + i8(0) + i32(0) + i32(-1) + i32(-1)
                             + array() + string("")),
    "a null group id in JoinGroup": (JOIN_GROUP, 5, string(None) + i32(9000) * 2 + string("") + string(None)
                                     + string("consumer") + array()),
    "null member metadata in JoinGroup": (JOIN_GROUP, 5, string("g") + i32(9000) * 2 + string("") + string(None)
                                          + string("consumer") + array(string("range") + blob(None))),
    "a null key in FindCoordinator": (FIND_COORDINATOR, 2, string(None) + i8(0)),
    "a null topic name in CreateTopics": (CREATE_TOPICS, 4, array(string(None) + i32(1) + i16(1) + array() + array())
                                          + i32(5000) + i8(0)),
    "null topics in OffsetCommit": (OFFSET_COMMIT, 7, string("g") + i32(-1) + string("") + string(None) + i32(-1)),
}


@check("{what} closes the connection", over=[{"what": what} for what in NULLS])
def null_fields(context, what):
    key, version, body = NULLS[what]
    request = i16(key) + i16(version) + i32(1) + string("interop") + body
    closes(context, i32(len(request)) + request, what)


@check("compact nulls and broken tagged fields in flexible versions close the connection")
def flexible(context):
    head = i16(METADATA) + i16(9) + i32(1) + string("interop")
    bodies = {
        "a null compact topic name": b"\0" + b"\x02\x00\x00" + b"\0\0\0\0",
        "a tag that is larger than the frame": b"\x01\x00\xff\xff\xff\x7f",
        "a count as a five-byte varint": b"\0" + b"\xff\xff\xff\xff\x0f",
        "a varint that never ends": b"\0" + b"\xff" * 12,
    }
    for what, body in bodies.items():
        closes(context, i32(len(head + body)) + head + body, what)


@check("after all kinds of bad input {client} still writes and reads", over=[{"client": client} for client in CLIENTS])
def clients_go_on(context, client):
    topic = context.topic()
    for frame in FRAMES.values():
        with Wire(context.shared) as wire:
            wire.send_bytes(frame)
            context.clients[client].produce(topic, plain(2))
    eventually(lambda: context.admin.offset_at(topic, 0, "latest") == 2 * len(FRAMES), "all records written")
    same(context.clients[client].consume(topic, 2), plain(2))


@check("200 connections that say nothing keep nobody out")
def idle_connections(context):
    topic = context.topic()
    for _ in range(200):
        context.closing(Wire(context.shared))
    still_serves(context, topic)


@check("a broker closes a connection without a word, never with a half answer")
def no_half_answer(context):
    with Wire(context.shared) as wire:
        wire.send_frame(i16(METADATA) + i16(99) + i32(7) + string("interop"))
        try:
            answer = wire.receive()
        except Closed:
            return
        raise AssertionError(f"answered with {answer.content!r}")
