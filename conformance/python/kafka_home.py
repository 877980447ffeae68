"""Apache Kafka's classes from Maven Central, laid out like Kafka's own folder: what `KAFKA_PATH` points at."""

import os
import stat
import subprocess
from pathlib import Path

import cache

NAME = "kafka-4.3.1"
POM = Path(__file__).resolve().parent.parent / "java" / "pom.xml"
# A tool lives for a second or two: compiling it well and collecting in parallel would cost more than it brings.
JAVA = "java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
TOOLS = {
    "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
    "kafka-acls.sh": "org.apache.kafka.tools.AclCommand",
    "kafka-configs.sh": "kafka.admin.ConfigCommand",
    "kafka-consumer-groups.sh": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-transactions.sh": "org.apache.kafka.tools.TransactionsCommand",
    "kafka-log-dirs.sh": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-dump-log.sh": "org.apache.kafka.tools.DumpLogSegments",
    "kafka-cluster.sh": "org.apache.kafka.tools.ClusterTool",
    "kafka-broker-api-versions.sh": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "kafka-get-offsets.sh": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-delete-records.sh": "org.apache.kafka.tools.DeleteRecordsCommand",
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-verifiable-producer.sh": "org.apache.kafka.tools.VerifiableProducer",
    "kafka-verifiable-consumer.sh": "org.apache.kafka.tools.VerifiableConsumer",
    "transactional-message-copier.sh": "org.apache.kafka.tools.TransactionalMessageCopier",
    "client-compatibility-test.sh": "org.apache.kafka.tools.ClientCompatibilityTest",
    "kafka-run-class.sh": "",
}


def folder():
    """The folder with `libs` and `bin`; filled the first time."""
    return cache.once(NAME, fill)


def fill(home):
    """Fetches the jars and writes a script of our own for each tool."""
    print("conformance: fetching Apache Kafka 4.3.1's tools from Maven Central", flush=True)
    libs, scripts = home / "libs", home / "bin"
    scripts.mkdir()
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={libs}"]
    cache.run("fetching Apache Kafka from Maven Central", command, home)
    (home / "log4j2.properties").write_text("rootLogger.level=off\n")
    for name, main_class in TOOLS.items():
        script = scripts / name
        logging = f"-Dlog4j2.configurationFile={home}/log4j2.properties"
        script.write_text(f'#!/bin/sh\nexec {JAVA} {logging} -cp "{libs}/*:$CLASSPATH" {main_class} "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)


class ToolFailed(AssertionError):
    """A tool ended with another status than it should, or not at all."""


def tool(name, *arguments, limit_seconds=120, status=0):
    """Runs a tool and returns what it said on stdout and stderr."""
    try:
        done = subprocess.run(
            [str(folder() / "bin" / name), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=limit_seconds, check=False, env=os.environ | {"CLASSPATH": ""},
        )
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode(errors="replace")
        raise ToolFailed(f"{name} still ran after {limit_seconds} s: {said[-300:]}") from None
    if status is not None and done.returncode != status:
        raise ToolFailed(f"{name} ended with status {done.returncode}: {done.stdout[-600:]}")
    return done.stdout
