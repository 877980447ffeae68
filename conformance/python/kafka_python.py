"""Runs the integration tests inside the source package of kafka-python against a broker of our own."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import cache
from broker import Broker, free_address
from outcome import FAIL, PASS, SKIP, Outcome, one_line

SUITE = "kafka-python"
VERSION = "3.0.12"
# Beside this client's table of versions: it does not ask the broker but sends what Kafka of this version knows.
KAFKA_VERSION = "4.3"
LIMIT_SECONDS = 900
# As the suite's own fixture starts Kafka: node 0, and sessions as short as its tests ask for.
BROKER_CONFIG = {"node.id": "0", "group.min.session.timeout.ms": "1000"}
HERE = Path(__file__).resolve().parent.parent


class Runner:
    """One run of pytest; its tests are known beforehand by collecting them."""

    def __init__(self, suite_name, options):
        self.suite_name, self.options = suite_name, options
        self.folder = cache.once(f"kafka-python-{VERSION}", fill)
        # KAFKA_ROOT must be a folder; what would start Kafka's scripts there fails and is expected to.
        self.environment = os.environ | {
            "KAFKA_VERSION": KAFKA_VERSION, "PYTHONPATH": str(self.folder / "source"), "KAFKA_ROOT": str(self.folder),
        }
        self.tests = self.collect()

    def command(self, *arguments):
        """A call of pytest."""
        return [str(self.folder / "python" / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider",
                "test/integration", *(["-k", self.options.only] if self.options.only else []), *arguments]

    def collect(self):
        """The names of the tests."""
        command = self.command("--collect-only")
        listed = subprocess.run(
            command, cwd=self.folder / "source", env=self.environment | {"KAFKA_URI": "kafka://127.0.0.1:1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        ).stdout
        names = [line.rpartition("/")[2] for line in listed.splitlines() if line.startswith("test/integration/")]
        if not names and not self.options.only:
            raise cache.SuiteMissing(f"pytest found no test in kafka-python {VERSION}:\n{listed[-1500:]}")
        return names

    def outcomes(self):
        """Runs all tests against one broker; those that fail once more against another."""
        first = self.run([])
        failed = {name: each for name, each in first.items() if self.options.expectations.surprised_by(each)}
        if failed and not self.options.quick:
            again = self.run([f"test/integration/{name}" for name in failed])
            for name, before in failed.items():
                after = again.get(name, before)
                if after.result == PASS:
                    after.reason = one_line(f"passed when repeated; first: {before.reason}")
                first[name] = after
        for name in self.tests:
            yield first.get(name) or Outcome(self.suite_name, name, FAIL, 0.0, "pytest did not report it")

    def run(self, chosen):
        """Runs tests once and reads pytest's report."""
        address = free_address()
        config = BROKER_CONFIG | {"advertised.listeners": f"PLAINTEXT://{address}"}
        with Broker(self.options.binary, config, address) as broker:
            report = Path(broker.folder) / "report.xml"
            command = self.command(f"--junitxml={report}", "--durations=0", "--timeout=120")
            if chosen:
                command = [each for each in command if each != "test/integration"] + chosen
            environment = self.environment | {"KAFKA_URI": f"kafka://{broker.address}"}
            try:
                said = subprocess.run(
                    command, cwd=self.folder / "source", env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LIMIT_SECONDS, check=False,
                ).stdout
            except subprocess.TimeoutExpired:
                said = f"pytest still ran after {LIMIT_SECONDS} s"
            if self.options.logs:
                os.makedirs(self.options.logs, exist_ok=True)
                Path(self.options.logs, f"{self.suite_name}.log").write_text(f"{said}\n--- broker\n{broker.last_words()}", encoding="utf-8")
            if not report.exists():
                raise cache.SuiteMissing(f"pytest wrote no report: {said[-1500:]}")
            return {each.test: each for each in map(self.outcome, ElementTree.parse(report).iter("testcase"))}

    def outcome(self, case):
        """What pytest's report says of one test."""
        parts = case.get("classname").removeprefix("test.integration.").split(".")
        name = "::".join([f"{parts[0]}.py", *parts[1:], case.get("name")])
        result, reason = PASS, ""
        for child in case:
            if child.tag in ("failure", "error"):
                result, reason = FAIL, child.get("message") or (child.text or "").strip()[-200:]
            elif child.tag == "skipped":
                result, reason = SKIP, child.get("message") or ""
        return Outcome(self.suite_name, name, result, float(case.get("time") or 0), one_line(reason))


def fill(folder):
    """Downloads the source package, adds the two files that it lacks, installs what it needs into an environment."""
    print(f"conformance: downloading kafka-python {VERSION} from PyPI", flush=True)
    cache.run("making a Python environment", [sys.executable, "-m", "venv", folder / "python"], folder)
    pip = [str(folder / "python" / "bin" / "pip"), "--disable-pip-version-check"]
    cache.run("installing pytest", [*pip, "install", "-q", "-r", HERE / "requirements.txt"], folder)
    wanted = ["download", "-q", "--no-deps", "--no-binary", ":all:", f"kafka-python=={VERSION}"]
    cache.run("downloading kafka-python", [*pip, *wanted], folder)
    cache.run("unpacking kafka-python", ["tar", "xzf", f"kafka_python-{VERSION}.tar.gz"], folder)
    (folder / f"kafka_python-{VERSION}").rename(folder / "source")
    tests = folder / "source" / "test"
    shutil.copy(HERE / "kafka_python_service.py", tests / "service.py")
    (tests / "__init__.py").touch()
