"""The records that every client writes and every other client must read back unchanged."""

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    """A record as an application sees it; `timestamp_ms` is `None` where the client chooses it."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple = ()
    timestamp_ms: int | None = None
    offset: int | None = None


def plain(count, prefix="record"):
    """Records with a value only, long and alike enough for every codec to shrink them."""
    return [Record(value=f"{prefix}-{index} {'tidemill ' * 8}".encode()) for index in range(count)]


def varied(client):
    """One batch with everything a record can carry and this client can write."""
    start_ms = int(time.time() * 1000) - 60_000
    records = [
        Record(value=b"key and value", key=b"key"),
        Record(value=None, key=b"a null value"),
        Record(value=b"no key"),
        Record(value="unicode: größer, 流".encode(), key="schlüssel".encode()),
        Record(value=b"headers", key=b"h", headers=(("trace", b"1"), ("zone", b"eu"))),
        Record(value=b"duplicate header keys", key=b"h", headers=(("trace", b"1"), ("trace", b"2"), ("zone", b""))),
    ]
    if client.writes_empty_values:
        records.append(Record(value=b"", key=b""))
    if client.writes_null_headers:
        records.append(Record(value=b"null header", headers=(("empty", None),)))
    records += [Record(value=r.value, key=b"%d" % index) for index, r in enumerate(plain(200))]
    if not client.writes_timestamps:
        return records
    return [
        Record(r.value, r.key, r.headers, timestamp_ms=start_ms + index * 7) for index, r in enumerate(records)
    ]


def same(found, written):
    """Fails unless both lists carry the same records in the same order."""
    assert len(found) == len(written), f"found {len(found)} records, expected {len(written)}"
    for position, (left, right) in enumerate(zip(found, written)):
        for name in ("key", "value", "headers"):
            actual, expected = getattr(left, name), getattr(right, name)
            assert actual == expected, f"record {position}: {name} is {actual!r}, expected {expected!r}"
        if right.timestamp_ms is not None:
            assert left.timestamp_ms == right.timestamp_ms, (
                f"record {position}: timestamp is {left.timestamp_ms}, expected {right.timestamp_ms}"
            )
