"""Driver of kcat, the command line over librdkafka.

kcat writes one set of headers per run and one line per record, so a list of records becomes one run for each
stretch of equal headers; it cannot set timestamps, and an empty value is what `-Z` turns into null.
"""

import json
import subprocess
from itertools import groupby

from records import Record
from registry import Refused

TIMEOUT_SECONDS = 30
KEY_DELIMITER = "\x1f"


class Kcat:
    """kcat; text records only."""

    name = "kcat"
    writes_empty_values = False
    writes_null_headers = False
    writes_timestamps = False

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap

    def run(self, *arguments, stdin=None, check=True):
        """Runs kcat to its end; returns its standard output."""
        command = ["kcat", "-b", self.bootstrap, *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        if check and done.returncode != 0:
            raise Refused(error_name(done.stderr.decode()), done.stderr.decode())
        return done.stdout.decode()

    def produce(self, topic, records, codec="none", acks="all", idempotent=False, partition=0):
        """Writes the records; kcat tells no offsets, so the answer is a list of -1."""
        options = [
            "-P", "-t", topic, "-p", str(partition), "-X", f"compression.codec={codec}", "-X", f"acks={acks}",
            "-X", f"enable.idempotence={str(idempotent).lower()}", "-X", "linger.ms=100", "-Z",
        ]
        for (headers, keyed), stretch in groupby(records, lambda record: (record.headers, record.key is not None)):
            headers = [item for key, value in headers for item in ("-H", f"{key}={value.decode()}")]
            delimiter = ["-K", KEY_DELIMITER] if keyed else []
            lines = "".join(line(record, keyed) for record in stretch)
            self.run(*options, *headers, *delimiter, stdin=lines.encode())
        return [-1] * len(records)

    def consume(self, topic, count, offset="earliest", partition=0, reset="error"):
        """Reads `count` records of one partition from an offset, a number or earliest."""
        start = {"earliest": "beginning", "latest": "end"}.get(offset, str(offset))
        text = self.run(
            "-C", "-t", topic, "-p", str(partition), "-o", start, "-c", str(count), "-J", "-q",
            "-X", f"topic.auto.offset.reset={reset}",
        )
        return [self._record(json.loads(entry)) for entry in text.splitlines()]

    @staticmethod
    def _record(entry):
        pairs = entry.get("headers", [])
        headers = tuple((key, encoded(value)) for key, value in zip(pairs[::2], pairs[1::2]))
        return Record(encoded(entry["payload"]), encoded(entry["key"]), headers, entry["ts"], entry["offset"])


def line(record, keyed):
    """One input line; with -Z an empty value is written as null."""
    key = record.key.decode() + KEY_DELIMITER if keyed else ""
    return f"{key}{(record.value or b'').decode()}\n"


def encoded(text):
    """Bytes of a JSON string; null stays `None`."""
    return None if text is None else text.encode()


def error_name(text):
    """The protocol's name of what kcat says on standard error."""
    known = {
        "Offset out of range": "OFFSET_OUT_OF_RANGE",
        "Unknown topic or partition": "UNKNOWN_TOPIC_OR_PARTITION",
        "Invalid topic": "INVALID_TOPIC_EXCEPTION",
    }
    return next((name for words, name in known.items() if words.lower() in text.lower()), "UNKNOWN")
