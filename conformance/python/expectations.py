"""The fixed list of tests that do not pass yet (`expected.toml`), and what a run must show beside it."""

import tomllib

from outcome import FAIL, PASS

TAGS = {"replication factor 3", "several brokers", "TLS", "SASL", "access control", "KIP-848", "Kafka before 4.0"}


class Expectations:
    """By (suite, test): the result that is expected, what it waits for, and why."""

    def __init__(self, path):
        with open(path, "rb") as file:
            content = tomllib.load(file)
        self.minimum_passes = content["minimum_passes"]
        self.entries = {}
        for suite, tests in content["expected"].items():
            for test, entry in tests.items():
                if entry["waits_for"] not in TAGS:
                    raise ValueError(f"{path}: {suite}.{test} waits for {entry['waits_for']!r}, which is no known tag")
                self.entries[(suite, test)] = entry

    def surprised_by(self, outcome):
        """Whether a failure is none of the expected ones, and so worth a repetition."""
        return outcome.result == FAIL and (outcome.suite, outcome.test) not in self.entries

    def explain(self, outcome):
        """Says behind an expected result what it waits for."""
        entry = self.entries.get((outcome.suite, outcome.test))
        if entry and outcome.result == entry["result"]:
            outcome.reason = f"waits for {entry['waits_for']}: {entry['reason']}"
        return outcome

    def complaints(self, suites, outcomes, complete):
        """Every way in which the run differs from what is expected; empty if it is as it should be."""
        found = []
        by_suite = {suite: [each for each in outcomes if each.suite == suite] for suite in suites}
        for suite, rows in by_suite.items():
            passes = sum(each.result == PASS for each in rows)
            minimum = self.minimum_passes.get(suite, 1)
            if complete and passes < minimum:
                found.append(f"{suite}: {passes} passed, at least {minimum} must")
        for each in outcomes:
            entry = self.entries.get((each.suite, each.test))
            if entry is None and each.result != PASS:
                found.append(f"{each.suite}: {each.test}: unexpected {each.result}: {each.reason or 'no reason given'}")
            elif entry is not None and each.result == PASS:
                found.append(f"{each.suite}: {each.test} passes now; take it off the list of expected non-passes")
            elif entry is not None and each.result != entry["result"]:
                found.append(f"{each.suite}: {each.test}: {each.result} where {entry['result']} is expected: {each.reason}")
        if complete:
            seen = {(each.suite, each.test) for each in outcomes}
            found += [f"{suite}: {test} is expected not to pass but did not run" for suite, test in self.entries
                      if suite in suites and (suite, test) not in seen]
        return found
