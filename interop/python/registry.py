"""The list of checks, and the few words they are written with.

A check is a function with a sentence that holds; `@check` puts it on the list, once for every set of
arguments in `over`. A long scenario splits itself into steps (`with context.step("...")`): each step is then
a result of its own. Nothing here knows Kafka.
"""

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Callable

POLL_SECONDS = 0.05


@dataclass
class Check:
    """One entry of the list: a sentence, what proves it, and the matrix cells that the proof fills."""

    sentence: str
    function: Callable
    arguments: dict
    cells: list = field(default_factory=list)
    limit_seconds: float = 60.0


CHECKS: list[Check] = []


def check(sentence, over=({},), cells=lambda **_: [], limit_seconds=60.0):
    """Puts the function on the list, once per dict of keyword arguments in `over`.

    `sentence` may name the arguments in braces. `cells` maps the arguments to (matrix, row, column) triples.
    """

    def register(function):
        for arguments in over:
            CHECKS.append(
                Check(sentence.format(**arguments), function, dict(arguments), cells(**arguments), limit_seconds)
            )
        return function

    return register


# What some clients call an error, and its name in Kafka's protocol.
PROTOCOL_NAMES = {
    "INVALID_TOPIC": "INVALID_TOPIC_EXCEPTION",
    "TOPIC_EXCEPTION": "INVALID_TOPIC_EXCEPTION",
    "UNKNOWN_TOPIC_OR_PART": "UNKNOWN_TOPIC_OR_PARTITION",
}


class Refused(Exception):
    """A broker's refusal, named as in Kafka's protocol, whichever client reported it."""

    def __init__(self, error, message=""):
        self.error = PROTOCOL_NAMES.get(error, error)
        super().__init__(f"{self.error}: {message}")


@contextmanager
def refused_with(*errors):
    """The body must end in a refusal with one of these error names."""
    try:
        yield
    except Refused as refusal:
        assert refusal.error in errors, f"refused with {refusal}, expected {' or '.join(errors)}"
        return
    raise AssertionError(f"accepted, expected a refusal with {' or '.join(errors)}")


def equal(actual, expected, what):
    """Fails with both values when they differ."""
    assert actual == expected, f"{what}: found {shorten(actual)}, expected {shorten(expected)}"


def eventually(probe, what, seconds=30.0):
    """Returns the first truthy answer of `probe`; fails when none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what() if callable(what) else what}"
        time.sleep(POLL_SECONDS)


def shorten(value, limit=400):
    """The value as text, cut where a failure message would become unreadable."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"
