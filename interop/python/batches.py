"""Record batches, written and read by hand: every header field can be made to lie.

    base offset i64 | length i32 | leader epoch i32 | magic i8 | crc u32 | attributes i16 | last offset delta i32
    base timestamp i64 | max timestamp i64 | producer id i64 | producer epoch i16 | base sequence i32 | count i32
    records...

The CRC (Castagnoli) covers everything from the attributes on.
"""

import struct
import time
from dataclasses import dataclass

import crc32c

HEADER_BYTES = 61
SIZE_BYTES = 12  # base offset and length come before what the length counts


@dataclass(frozen=True)
class Batch:
    """The header of a stored batch."""

    base_offset: int
    last_offset: int
    codec: int
    producer_id: int
    record_count: int
    max_timestamp: int


def parse_batches(content):
    """Headers of the whole batches in a fetch answer."""
    found, position = [], 0
    while position + HEADER_BYTES <= len(content):
        base, length, _, magic, _, attributes, delta, _, newest, producer, _, _, count = struct.unpack_from(
            ">qiibIhiqqqhii", content, position
        )
        if position + SIZE_BYTES + length > len(content):
            break
        assert magic == 2, f"stored batch has magic {magic}"
        found.append(Batch(base, base + delta, attributes & 7, producer, count, newest))
        position += SIZE_BYTES + length
    return found


def varint(value):
    """A zigzag variable-length integer."""
    value, encoded = (value << 1) ^ (value >> 63), bytearray()
    while value & ~0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def record(value, key=None, offset_delta=0):
    """One record of a batch, without headers."""
    key_part = varint(-1) if key is None else varint(len(key)) + key
    body = b"\0" + varint(0) + varint(offset_delta) + key_part + varint(len(value)) + value + varint(0)
    return varint(len(body)) + body


def batch(values, **lies):
    """A batch of plain records, true except for the fields named in `lies`.

    Fields: magic, crc, attributes, count, last_offset_delta, length, records (bytes as stored), producer_id,
    producer_epoch, base_sequence, timestamp.
    """
    records = lies.get("records")
    if records is None:
        records = b"".join(record(value, offset_delta=delta) for delta, value in enumerate(values))
    now_ms = lies.get("timestamp", int(time.time() * 1000))
    covered = struct.pack(
        ">hiqqqhii", lies.get("attributes", 0), lies.get("last_offset_delta", len(values) - 1), now_ms, now_ms,
        lies.get("producer_id", -1), lies.get("producer_epoch", -1), lies.get("base_sequence", -1),
        lies.get("count", len(values)),
    ) + records
    crc = lies.get("crc", crc32c.crc32c(covered))
    counted = struct.pack(">ibI", -1, lies.get("magic", 2), crc) + covered
    return struct.pack(">qi", 0, lies.get("length", len(counted))) + counted
