"""Runs the suites, compares with what is expected, writes docs/conformance.md, says the sums."""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import java_suite
import kafka_python
import librdkafka
import page
from broker import BrokerFailed
from cache import SuiteMissing, root
from expectations import Expectations
from outcome import Outcome

HERE = Path(__file__).resolve().parent.parent
PAGE = HERE.parent / "docs" / "conformance.md"
SUITES = {
    librdkafka.SUITE: librdkafka.Runner,
    librdkafka.RF1_SUITE: librdkafka.Runner,
    kafka_python.SUITE: kafka_python.Runner,
    java_suite.SUITE: java_suite.Runner,
}


def options():
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--binary", required=True, help="the tidemill binary")
    arguments.add_argument("--suite", action="append", choices=SUITES, help="only this suite (repeatable)")
    arguments.add_argument("--only", default="", metavar="TEXT", help="only tests whose name contains this")
    arguments.add_argument("--jobs", type=int, default=2, help="librdkafka's tests at once, each with a broker of its own")
    arguments.add_argument("--build-jobs", type=int, default=2)
    arguments.add_argument("--quick", action="store_true", help="librdkafka's quick mode: proves little, finds crashes")
    arguments.add_argument("--logs", help="folder that keeps what tests and brokers said")
    return arguments.parse_args()


def run(suite, chosen, expectations):
    """Runs one suite with a progress line for each test."""
    runner = SUITES[suite](suite, chosen)
    if not runner.tests and not chosen.only:
        raise SuiteMissing(f"{suite} has no tests")
    print(f"=== {suite}: {len(runner.tests)} tests", flush=True)
    outcomes = []
    for number, outcome in enumerate(runner.outcomes(), 1):
        outcomes.append(expectations.explain(outcome))
        print(outcome.line(f"{number}/{len(runner.tests)}"), flush=True)
    return outcomes


def keep(binary, outcomes, seconds):
    """Keeps the results of whole suites and returns those of all suites that ran with this very binary."""
    file = root() / "results" / f"{hashlib.sha256(Path(binary).read_bytes()).hexdigest()[:16]}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for suite, took in seconds.items():
        kept[suite] = {"seconds": took, "rows": [vars(each) for each in outcomes if each.suite == suite]}
    file.write_text(json.dumps(kept), encoding="utf-8")
    return kept


def main():
    """Returns the exit status: 0 if every suite ran and nothing differs from the list of expected non-passes."""
    chosen = options()
    suites = chosen.suite or list(SUITES)
    complete = not (chosen.only or chosen.quick)
    expectations = chosen.expectations = Expectations(HERE / "expected.toml")
    outcomes, seconds = [], {}
    for suite in suites:
        started = time.monotonic()
        outcomes += run(suite, chosen, expectations)
        seconds[suite] = time.monotonic() - started
    if complete:
        kept = keep(chosen.binary, outcomes, seconds)
        if kept.keys() == SUITES.keys():
            rows = [Outcome(**row) for suite in SUITES for row in kept[suite]["rows"]]
            page.write(PAGE, rows, {suite: result["seconds"] for suite, result in kept.items()})
    complaints = expectations.complaints(suites, outcomes, complete)
    if not outcomes:
        complaints.append("no test ran")
    for complaint in complaints:
        print(f"conformance: {complaint}", flush=True)
    for suite in suites:
        print(page.sentence(suite, [each for each in outcomes if each.suite == suite]))
    counts = [page.count(outcomes, result) for result in (page.PASS, page.FAIL, page.SKIP)]
    print(f"conformance: {counts[0]} passed, {counts[1]} failed, {counts[2]} skipped, {len(complaints)} unexpected")
    return 1 if complaints else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (SuiteMissing, BrokerFailed) as problem:
        sys.exit(f"conformance: {problem}")
