"""Runs Apache Kafka's own Java clients and shell tools against one broker; each check asserts what the tool says.

The checks run in the order in which they are written: the later ones look at what the earlier ones left.
"""

import time

import java_checks
import kafka_home
from broker import Broker
from outcome import FAIL, PASS, Outcome, one_line

SUITE = "java"


class Runner:
    """All checks against one broker, which the last one finds stopped."""

    def __init__(self, suite_name, options):
        self.suite_name, self.options = suite_name, options
        kafka_home.folder()
        self.tests = [check for check in java_checks.CHECKS if options.only in check.__name__]

    def outcomes(self):
        """Runs the checks; one that fails does not keep the next from running."""
        with Broker(self.options.binary) as broker:
            for check in self.tests:
                started, result, reason = time.monotonic(), PASS, ""
                try:
                    check(broker)
                except Exception as problem:  # pylint: disable=broad-except
                    result, reason = FAIL, f"{type(problem).__name__}: {problem}"
                gone = broker.ended() if check is not java_checks.kafka_dump_log else ""
                if gone:
                    result, reason = FAIL, gone
                name = f"{check.__name__}: {check.__doc__.splitlines()[0]}"
                yield Outcome(self.suite_name, name, result, time.monotonic() - started, one_line(reason))
