"""Writes docs/conformance.md: what was run, the sums, and every test with its result, time and reason."""

from outcome import FAIL, PASS, SKIP

SUITES = {
    "librdkafka": """librdkafka's own tests
The 99 tests of librdkafka 2.12.1 that need a broker (the source comes with the Rust package `rdkafka-sys` 4.10.0), in full mode,
each in a process and with a broker of its own, told that the broker is Kafka 4.1.0. What failed once was repeated once; the
reason then says so. Kafka's scripts that some tests call are our own two-liners around Kafka 4.3.1's classes.""",
    "librdkafka-rf1": """The same with replication factor 1
Four of those tests create their topics with replication factor 3 and are expected to fail above. Here they are built again with
that number changed to 1, since what they check (transactions, topics that come and go) needs no second broker. They count in no
other sum.""",
    "kafka-python": """kafka-python's integration tests
Those inside the source package of kafka-python 3.0.12, all against one broker.""",
    "java": """Apache Kafka's Java clients and tools
Classes of Kafka 4.3.1 from Maven Central, against one broker; each check asserts what the tool says
(`conformance/python/java_checks.py`).""",
}
HEAD = """# Conformance

Other people's test suites against `tidemill broker`. This page is written by `make conformance`, which downloads and builds the
suites (nothing of them is in this repository) and fails on a missing suite, on an unexpected failure or skip, and on an expected
one that passes now. The expected non-passes and what they wait for are in `conformance/expected.toml`.

| suite | tests | passed | failed | skipped | time |
|---|---|---|---|---|---|
"""


def count(rows, result):
    """How many rows have this result."""
    return sum(each.result == result for each in rows)


def sentence(suite, rows):
    """The closing line of a suite."""
    return f"{suite}: {count(rows, PASS)} passed, {count(rows, FAIL)} failed, {count(rows, SKIP)} skipped of {len(rows)}"


def clock(seconds):
    """Minutes and seconds."""
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def write(path, outcomes, seconds):
    """Writes the page; `seconds` says how long each suite took."""
    text = HEAD
    suites = {suite: [each for each in outcomes if each.suite == suite] for suite in SUITES}
    suites["librdkafka"].sort(key=lambda each: each.test)
    for suite, rows in suites.items():
        title = SUITES[suite].partition("\n")[0]
        text += f"| {title} | {len(rows)} | {count(rows, PASS)} | {count(rows, FAIL)} | {count(rows, SKIP)} | {clock(seconds[suite])} |\n"
    for suite, rows in suites.items():
        title, _, body = SUITES[suite].partition("\n")
        text += f"\n## {title}\n\n{body}\n\n| test | result | time | reason |\n|---|---|---|---|\n"
        for each in rows:
            text += f"| {cell(each.test)} | {each.result} | {each.seconds:.1f} s | {cell(each.reason)} |\n"
    path.write_text(text, encoding="utf-8")


def cell(text):
    """`text` as a table bears it."""
    return text.replace("|", "\\|").replace("<", "&lt;")
