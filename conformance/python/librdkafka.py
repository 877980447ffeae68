"""Runs librdkafka's remote tests: each in a process and with a broker of its own, in full mode, one repetition at most."""

import os
import re
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import kafka_home
import librdkafka_source
from broker import Broker, BrokerFailed
from outcome import FAIL, PASS, SKIP, Outcome, one_line

SUITE, RF1_SUITE = "librdkafka", "librdkafka-rf1"
KAFKA_VERSION = "4.1.0"
LIMIT_SECONDS = 400
# Twenty-five scenarios, some with a minute of waiting.
LONG_LIMIT_SECONDS = {"0113": 1200}
BROKER_CONFIG = {
    "default": {"auto.create.topics.enable": "true"},
    "noautocreate": {"auto.create.topics.enable": "false"},
}
STATES = {"PASSED": PASS, "FAILED": FAIL, "RUNNING": FAIL, "SKIPPED": SKIP}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
ROW = re.compile(r"^\|[ \t]*(\d{4}_\w+)[ \t]*\|[ \t]*(\w+)[ \t]*\|[ \t]*([\d.]+)s[ \t]*\|[ \t]*(.*)$", re.MULTILINE)
FAILURE = re.compile(r'^### Test "(?!<MAIN>)([^"]*)" failed at ([^:]+:\d+):[^\n]*\n([^\n]*)', re.MULTILINE)
# Settings that one test needs beside the defaults.
TEST_BROKER_CONFIG = {
    # Members who come together must be together in the first generation, which is what Kafka's default delay is for.
    "0102": {"group.initial.rebalance.delay.ms": "1000"},
    "0113": {"group.initial.rebalance.delay.ms": "1000"},
}
TEST_KAFKA_VERSION = {
    # Told an old version, the test leaves out its parts with kafka-acls (half of its eight) instead of failing in them.
    "0109": "2.0.0",
}
# Kafka 4's kafka-topics refuses by itself what brokers of Kafka 3 took and this one takes: segments below 1 MiB.
OWN_TOPICS_COMMAND = ("0077",)
NOTES = {
    "0077": "the topic is made with tidemill topic create, since Kafka 4's kafka-topics refuses segments below 1 MiB itself",
    "0109": "the four parts that forbid a topic with kafka-acls leave themselves out",
}
TOPICS_SCRIPT = """#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    --create) shift ;;
    --bootstrap-server) server=$2; shift 2 ;;
    --topic) topic=$2; shift 2 ;;
    --partitions|--replication-factor|--config) options="$options $1 $2"; shift 2 ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
  esac
done
exec BINARY topic create "$topic" --bootstrap-server "$server" $options
"""


class Runner:
    """Runs tests of one build of the suite."""

    def __init__(self, suite_name, options):
        self.suite_name, self.options = suite_name, options
        source = librdkafka_source.source(options.build_jobs)
        tests = librdkafka_source.remote_tests(source)
        if suite_name == RF1_SUITE:
            self.folder = librdkafka_source.rf1_tests(source, options.build_jobs)
            tests = [test for test in tests if test.number in librdkafka_source.RF1_NUMBERS]
        else:
            self.folder = source / "tests"
        self.libraries = f"{source}/src:{source}/src-cpp"
        self.kafka = kafka_home.folder()
        self.tests = [test for test in tests if options.only in test.name]

    def outcomes(self):
        """Runs all tests, as many at once as there are jobs; yields their outcomes as they come."""
        # Entries that share number and scenario can only be selected together; the suite then runs one after the other.
        groups = {}
        for test in self.tests:
            groups.setdefault((test.number, test.scenario), []).append(test)
        # The longest first, so that no lane is left alone with it at the end.
        order = sorted(groups.values(), key=lambda group: group[0].number not in LONG_LIMIT_SECONDS)
        failed = []
        with ThreadPoolExecutor(self.options.jobs) as pool:
            running = {pool.submit(self.run, group): group for group in order}
            for done in as_completed(running):
                if any(self.options.expectations.surprised_by(each) for each in done.result()):
                    failed.append((running[done], done.result()))
                else:
                    yield from done.result()
        # Some tests measure time: they are repeated when nothing else runs.
        for group, first in failed:
            yield from first if self.options.quick else self.repeat(group, first)

    def repeat(self, group, first):
        """Runs tests once more; the table then says why."""
        second = self.run(group)
        for before, after in zip(first, second):
            if before.result == FAIL and after.result == PASS:
                after.reason = one_line(f"passed when repeated; first: {before.reason}")
        return second

    def run(self, group):
        """Runs tests of one number once."""
        started = time.monotonic()
        try:
            with Broker(self.options.binary, BROKER_CONFIG[group[0].scenario] | TEST_BROKER_CONFIG.get(group[0].number, {})) as broker:
                text = self.process(group[0], broker)
                reason = broker.ended()
                self.keep(group[0], text, broker)
        except BrokerFailed as problem:
            text, reason = "", str(problem)
        rows = {name: (state, float(seconds), note) for name, state, seconds, note in ROW.findall(text)}
        outcomes = []
        for test in group:
            state, seconds, note = rows.get(test.name, ("FAILED", time.monotonic() - started, last_words(text)))
            result = FAIL if reason else STATES.get(state, FAIL)
            if result == PASS and "ALL TESTS PASSED" not in text:
                result, note = FAIL, last_words(text)
            note = NOTES.get(test.number) or skipped_parts(text) if result == PASS else note
            outcomes.append(Outcome(self.suite_name, test.name, result, seconds, one_line(reason or note)))
        return outcomes

    def kafka_path(self, test, broker):
        """The folder whose `bin` the test finds Kafka's scripts in."""
        if test.number not in OWN_TOPICS_COMMAND:
            return str(self.kafka)
        script = os.path.join(broker.folder, "bin", "kafka-topics.sh")
        os.makedirs(os.path.dirname(script))
        with open(script, "w", encoding="ascii") as file:
            file.write(TOPICS_SCRIPT.replace("BINARY", os.path.abspath(self.options.binary)))
        os.chmod(script, 0o755)
        return broker.folder

    def process(self, test, broker):
        """Runs test-runner and returns all that it said."""
        configuration = os.path.join(broker.folder, "test.conf")
        with open(configuration, "w", encoding="ascii") as file:
            file.write(f"bootstrap.servers={broker.address}\n")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("TEST", "CI", "SUBTESTS"))}
        environment |= {
            "LD_LIBRARY_PATH": self.libraries, "RDKAFKA_TEST_CONF": configuration, "TESTS": test.number,
            "TEST_KAFKA_VERSION": TEST_KAFKA_VERSION.get(test.number, KAFKA_VERSION), "BROKERS": broker.address, "KAFKA_PATH": self.kafka_path(test, broker), "TEST_LEVEL": "2",
        }
        command = ["./test-runner", "-p1", "-L", "-E", "-s", test.scenario] + (["-Q"] if self.options.quick else [])
        limit = LONG_LIMIT_SECONDS.get(test.number, LIMIT_SECONDS)
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )
            late = ""
            try:
                process.wait(limit)
            except subprocess.TimeoutExpired:
                late = f"\nstill running after {limit} s"
            finally:
                end_group(process)
            output.seek(0)
            return COLOURS.sub("", output.read().decode(errors="replace")) + late

    def keep(self, test, text, broker):
        """Keeps what test and broker said, if the run was asked to."""
        if self.options.logs:
            os.makedirs(self.options.logs, exist_ok=True)
            path = os.path.join(self.options.logs, f"{self.suite_name}-{test.number}-{test.scenario}")
            with open(f"{path}.log", "w", encoding="utf-8") as file, open(broker.log_path, encoding="utf-8") as log:
                file.write(f"{text}\n--- broker\n{log.read()}")


def end_group(process):
    """Ends the process and its children."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def skipped_parts(text):
    """Which parts of a test that passed skipped themselves."""
    names = re.findall(r"\[ (\S+?)(?::\d+)?: SKIP(?:PING|PED)?:? ?([^\]\n]*)\]?", text)
    return "; ".join(f"part {name} skipped: {why.strip()}" for name, why in names)


def last_words(text):
    """What a test-runner said that ended before its table."""
    failure = FAILURE.search(text)
    if failure:
        return f"{failure[2]}: {failure[3]}"
    lines = [line for line in text.splitlines() if line.strip()]
    return " / ".join(lines[-2:]) or "test-runner said nothing"
