"""A socket that speaks just enough of the Kafka protocol to say things no client would say.

Only versions before the compact encodings are used, so that a request is readable as a concatenation of its
fields. Every request begins with: size int32 | API key int16 | version int16 | correlation id int32 | client id.
"""

import socket
import struct
import time

from batches import parse_batches
from codes import FETCH, METADATA, NONE, PRODUCE

TIMEOUT_SECONDS = 20


def i8(value):
    return struct.pack(">b", value)


def i16(value):
    return struct.pack(">h", value)


def i32(value):
    return struct.pack(">i", value)


def i64(value):
    return struct.pack(">q", value)


def string(text):
    """A string with its length as int16; `None` is length -1."""
    return i16(-1) if text is None else i16(len(text.encode())) + text.encode()


def blob(content):
    """Bytes with their length as int32; `None` is length -1."""
    return i32(-1) if content is None else i32(len(content)) + content


def array(*items):
    """Encoded items behind their count as int32."""
    return i32(len(items)) + b"".join(items)


class Reader:
    """Reads an answer's fields in order."""

    def __init__(self, content):
        self.content, self.position = content, 0

    def _take(self, form):
        (value,) = struct.unpack_from(form, self.content, self.position)
        self.position += struct.calcsize(form)
        return value

    def i8(self):
        return self._take(">b")

    def i16(self):
        return self._take(">h")

    def i32(self):
        return self._take(">i")

    def i64(self):
        return self._take(">q")

    def _bytes(self, length):
        if length < 0:
            return None
        self.position += length
        return self.content[self.position - length:self.position]

    def string(self):
        text = self._bytes(self.i16())
        return None if text is None else text.decode()

    def blob(self):
        return self._bytes(self.i32())

    def array(self, item):
        return [item() for _ in range(max(self.i32(), 0))]


class Closed(Exception):
    """The broker ended the connection instead of answering."""


class Wire:
    """One connection."""

    def __init__(self, shared, timeout_seconds=TIMEOUT_SECONDS):
        self.socket = socket.create_connection((shared.host, shared.port), timeout_seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def request(self, key, version, body, client_id="interop"):
        """The bytes of a request without its size."""
        self.correlation += 1
        return i16(key) + i16(version) + i32(self.correlation) + string(client_id) + body

    def send(self, key, version, body):
        """Sends a request and does not wait."""
        self.send_frame(self.request(key, version, body))

    def send_frame(self, content):
        """Sends a frame with its true size."""
        self.send_bytes(i32(len(content)) + content)

    def send_bytes(self, content):
        """Sends bytes as they are; a connection already closed by the broker is seen by the next read."""
        try:
            self.socket.sendall(content)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def _exactly(self, count):
        parts = []
        while count:
            try:
                part = self.socket.recv(min(count, 1 << 20))
            except ConnectionResetError as failure:
                raise Closed from failure
            if not part:
                raise Closed
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive(self):
        """The next answer, past its correlation id, which must be that of the oldest unanswered request."""
        (size,) = struct.unpack(">i", self._exactly(4))
        reader = Reader(self._exactly(size))
        reader.correlation = reader.i32()
        return reader

    def call(self, key, version, body):
        """Sends a request and reads its answer."""
        self.send(key, version, body)
        answer = self.receive()
        assert answer.correlation == self.correlation, (
            f"answer to {answer.correlation}, expected one to {self.correlation}"
        )
        return answer

    def is_closed(self):
        """Waits for the broker to close; an answer or silence instead means false."""
        try:
            self.receive()
        except Closed:
            return True
        except TimeoutError:
            return False
        return False

    def fetch_answer(self):
        """Reads a Fetch v11 answer for one partition: error, high watermark, log start, records."""
        answer = self.receive()
        return parse_fetch(answer)

    def fetch(self, topic, offset, partition=0, **options):
        """Fetches from one partition."""
        self.send(FETCH, 11, fetch_body(topic, offset, partition, **options))
        return self.fetch_answer()

    def batches(self, topic, partition=0):
        """Every stored batch of a partition."""
        found, offset, deadline = [], 0, time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            error, high_watermark, _, records = self.fetch(topic, offset, partition)
            assert error == NONE, f"fetch at {offset} answered error {error}"
            found += parse_batches(records)
            offset = found[-1].last_offset + 1 if found else 0
            if offset >= high_watermark:
                return found
        raise AssertionError(f"{topic} not read to its end in {TIMEOUT_SECONDS} s")

    def produce(self, topic, content, acks=-1, partition=0):
        """Writes encoded batches to one partition; returns error code and base offset."""
        return parse_produce(self.call(PRODUCE, 7, produce_body(topic, content, acks, partition)))

    def metadata(self, topics, create=False):
        """Error by topic name."""
        return {name: error for name, error, _ in self._topics(array(*map(string, topics)), create)}

    def partition_states(self):
        """Error and presence of a leader, of every partition of every topic."""
        return {state for _, _, states in self._topics(i32(-1), False) for state in states}

    def _topics(self, wanted, create):
        answer = self.call(METADATA, 5, wanted + i8(int(create)))
        answer.i32()
        answer.array(lambda: (answer.i32(), answer.string(), answer.i32(), answer.string()))
        answer.string()
        answer.i32()
        return answer.array(lambda: parse_topic(answer))


def parse_topic(answer):
    """Name, error and partition states (error, has a leader) of one topic in a Metadata v5 answer."""
    error, name, _ = answer.i16(), answer.string(), answer.i8()
    partitions = answer.array(
        lambda: (answer.i16(), answer.i32(), answer.i32(), *(answer.array(answer.i32) for _ in range(3)))
    )
    return name, error, {(error, leader >= 0) for error, _, leader, *_ in partitions}


def fetch_body(topic, offset, partition=0, max_wait_ms=500, min_bytes=1, max_bytes=1 << 20, partition_bytes=1 << 20):
    """Fetch v11 for one partition, without a fetch session."""
    wanted = i32(partition) + i32(-1) + i64(offset) + i64(-1) + i32(partition_bytes)
    head = i32(-1) + i32(max_wait_ms) + i32(min_bytes) + i32(max_bytes) + i8(0) + i32(0) + i32(-1)
    return head + array(string(topic) + array(wanted)) + array() + string("")


def parse_fetch(answer):
    """Error, high watermark, log start and records of the only partition in a Fetch v11 answer."""
    answer.i32()
    error = answer.i16()
    answer.i32()
    if answer.i32() == 0:
        return error, -1, -1, b""
    answer.string()
    answer.i32()
    answer.i32()
    error, high_watermark, _, log_start = answer.i16(), answer.i64(), answer.i64(), answer.i64()
    answer.array(lambda: (answer.i64(), answer.i64()))
    answer.i32()
    return error, high_watermark, log_start, answer.blob() or b""


def produce_body(topic, content, acks=-1, partition=0):
    """Produce v7 for one partition."""
    return string(None) + i16(acks) + i32(10_000) + array(string(topic) + array(i32(partition) + blob(content)))


def parse_produce(answer):
    """Error and base offset of the only partition in a Produce v7 answer."""
    answer.i32()
    answer.string()
    answer.i32()
    answer.i32()
    return answer.i16(), answer.i64()
