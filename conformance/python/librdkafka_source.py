"""librdkafka's own tests: the source arrives with the Rust package `rdkafka-sys`, is built in the cache, and is listed here.

The folder `rf1` is a second build of the four tests that create their topics with replication factor 3, with that number
changed to 1: what they check does not need three brokers.
"""

import json
import os
import re
import shutil
from dataclasses import dataclass

import cache

CRATE_VERSION = "4.10.0"
NAME = "librdkafka-2.12.1"
REMOTE_TESTS = 99
# SASL and curl (for OIDC) are left out: there is no listener that speaks them.
CONFIGURE = ["./configure", "--disable-curl", "--disable-sasl", "--disable-gssapi", "--disable-lz4-ext"]
LEFT_OUT = ("TEST_F_LOCAL", "TEST_F_SOCKEM", "TEST_F_MANUAL", "TEST_F_KNOWN_ISSUE")
RF1_FILES = ("0098-consumer-txn.cpp", "0103-transactions.c", "0107-topic_recreate.c", "0111-delay_create_topics.cpp")
RF1_NUMBERS = ("0098", "0103", "0107", "0111")
MANIFEST = f"""[package]
name = "librdkafka-source"
version = "0.0.0"
edition = "2021"
[lib]
path = "lib.rs"
[dependencies]
rdkafka-sys = {{ version = "={CRATE_VERSION}", default-features = false }}
[workspace]
"""


@dataclass(frozen=True)
class Test:
    """One entry of the suite's table."""

    name: str
    scenario: str

    @property
    def number(self):
        """What `TESTS=` selects by; some entries share it."""
        return self.name.split("_")[0]


def source(jobs):
    """The folder of the built suite; downloads and builds it the first time."""
    return cache.once(NAME, lambda folder: build(folder, jobs))


def build(folder, jobs):
    """Downloads the crate with cargo, copies librdkafka out of it, builds libraries and test-runner."""
    print(f"conformance: downloading rdkafka-sys {CRATE_VERSION}, which carries {NAME}", flush=True)
    scratch = folder / "cargo"
    scratch.mkdir()
    (scratch / "Cargo.toml").write_text(MANIFEST)
    (scratch / "lib.rs").touch()
    cache.run("downloading rdkafka-sys", ["cargo", "fetch"], scratch)
    metadata = json.loads(cache.run("locating rdkafka-sys", ["cargo", "metadata", "--format-version", "1", "--quiet", "--offline"], scratch))
    manifest = next(each["manifest_path"] for each in metadata["packages"] if each["name"] == "rdkafka-sys")
    shutil.copytree(os.path.join(os.path.dirname(manifest), "librdkafka"), folder, dirs_exist_ok=True)
    print(f"conformance: building {NAME} and its tests: some minutes, once", flush=True)
    cache.run("configuring librdkafka", CONFIGURE, folder)
    cache.run("building librdkafka", ["make", f"-j{jobs}", "libs"], folder)
    cache.run("building librdkafka's tests", ["make", f"-j{jobs}", "-C", "tests", "build"], folder)


def rf1_tests(suite, jobs):
    """The folder of the second build: beside the first, whose libraries it uses."""
    return cache.once(f"{NAME}/tests-rf1", lambda folder: build_rf1(suite, folder, jobs))


def build_rf1(suite, folder, jobs):
    """Copies the tests with their times, so that make compiles the changed files only."""
    shutil.copytree(suite / "tests", folder, dirs_exist_ok=True)
    for name in RF1_FILES:
        with_replication_factor_1(folder / name)
    cache.run("building the tests with replication factor 1", ["make", f"-j{jobs}", "build"], folder)


def with_replication_factor_1(path):
    """Changes the last number but the time limit of every create_topic call from 3 to 1."""
    text, changes = re.subn(r"(create_topic(?:_wait_exists)?\([^;]*?),\s*3(,\s*5000)?\);", r"\1, 1\2);", path.read_text())
    if changes == 0:
        raise cache.SuiteMissing(f"{path} creates no topic with replication factor 3: another version of the suite?")
    path.write_text(text)


def remote_tests(suite):
    """The entries that need a broker and nothing else, in the suite's order."""
    text = (suite / "tests" / "test.c").read_text()
    table = text[text.index("struct test tests[] = {"):]
    table = table[: table.index("{NULL}")]
    found = []
    for entry in re.findall(r"_TEST\((\d{4}_\w+),((?:[^()]|\([^()]*\))*)\)", table):
        name, arguments = entry
        flags = arguments.split(",")[0].replace("TEST_F_KNOWN_ISSUE_WIN32", "").replace("TEST_F_KNOWN_ISSUE_OSX", "")
        if any(flag in flags for flag in LEFT_OUT):
            continue
        scenario = re.search(r'\.scenario = "([\w,]+)"', arguments)
        found.append(Test(name, scenario[1].split(",")[0] if scenario else "default"))
    if len(found) != REMOTE_TESTS:
        raise cache.SuiteMissing(f"{NAME} lists {len(found)} remote tests, not {REMOTE_TESTS}")
    return found
