"""What Kafka's Java clients and shell tools are asked to do, and what they must say."""

import json
import re
from pathlib import Path

from kafka_home import tool

RECORDS = 5000
TOPIC, COPY, GROUP = "java-records", "java-copy", "java-group"


def says(text, *patterns):
    """Fails unless `text` matches every pattern."""
    for pattern in patterns:
        assert re.search(pattern, text, re.MULTILINE), f"{pattern!r} is not in: {text[-500:]}"


def events(text, name):
    """The JSON lines of a verifiable client that have this name."""
    found = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [each for each in found if each.get("name") == name]


def kafka_topics(broker):
    """creates, lists, describes, grows and deletes a topic"""
    at = ("--bootstrap-server", broker.address)
    says(tool("kafka-topics.sh", *at, "--create", "--topic", "shell", "--partitions", 3, "--config", "retention.ms=777000"),
         "Created topic shell")
    says(tool("kafka-topics.sh", *at, "--describe", "--topic", "shell"),
         r"PartitionCount: 3\s+ReplicationFactor: 1\s+Configs: .*retention.ms=777000", r"Partition: 2\s+Leader: \d+")
    tool("kafka-topics.sh", *at, "--alter", "--topic", "shell", "--partitions", 5)
    says(tool("kafka-topics.sh", *at, "--describe", "--topic", "shell"), "PartitionCount: 5")
    says(tool("kafka-topics.sh", *at, "--create", "--topic", "shell", status=1), "already exists")
    says(tool("kafka-topics.sh", *at, "--create", "--topic", "two", "--replication-factor", 2, status=1), "replication factor")
    tool("kafka-topics.sh", *at, "--delete", "--topic", "shell")
    listed = tool("kafka-topics.sh", *at, "--list").split()
    assert "shell" not in listed, listed
    for name in (TOPIC, COPY):
        tool("kafka-topics.sh", *at, "--create", "--topic", name, "--partitions", 1)


def verifiable_producer(broker):
    """acknowledges every record it sends"""
    said = tool("kafka-verifiable-producer.sh", "--bootstrap-server", broker.address, "--topic", TOPIC,
                "--max-messages", RECORDS, "--acks", -1)
    assert len(events(said, "producer_send_success")) == RECORDS, said[-300:]
    assert not events(said, "producer_send_error"), said[-300:]
    summary = events(said, "tool_data")[0]
    assert (summary["sent"], summary["acked"]) == (RECORDS, RECORDS), summary


def verifiable_consumer(broker):
    """joins a group, reads every record, commits and leaves"""
    said = tool("kafka-verifiable-consumer.sh", "--bootstrap-server", broker.address, "--group-id", GROUP, "--topic", TOPIC,
                "--max-messages", RECORDS, "--reset-policy", "earliest")
    assert sum(each["count"] for each in events(said, "records_consumed")) == RECORDS, said[-300:]
    assert all(each["success"] for each in events(said, "offsets_committed")), said[-300:]
    assert events(said, "offsets_committed")[-1]["offsets"][0]["offset"] == RECORDS, said[-300:]
    assert events(said, "shutdown_complete"), said[-300:]


def kafka_consumer_groups(broker):
    """lists, describes, resets and deletes a group"""
    at = ("--bootstrap-server", broker.address)
    assert GROUP in tool("kafka-consumer-groups.sh", *at, "--list").split()
    says(tool("kafka-consumer-groups.sh", *at, "--describe", "--group", GROUP), rf"{GROUP}\s+{TOPIC}\s+0\s+{RECORDS}\s+{RECORDS}\s+0")
    says(tool("kafka-consumer-groups.sh", *at, "--describe", "--group", GROUP, "--state"), rf"{GROUP}\s.*Empty\s+0")
    says(tool("kafka-consumer-groups.sh", *at, "--group", GROUP, "--topic", TOPIC, "--reset-offsets", "--to-offset", 1000, "--execute"),
         rf"{TOPIC}\s+0\s+1000")
    says(tool("kafka-consumer-groups.sh", *at, "--describe", "--group", GROUP), rf"{TOPIC}\s+0\s+1000\s+{RECORDS}\s+{RECORDS - 1000}")
    says(tool("kafka-consumer-groups.sh", *at, "--delete", "--group", GROUP), "successful")
    assert GROUP not in tool("kafka-consumer-groups.sh", *at, "--list").split()


def transactional_message_copier(broker):
    """copies every record exactly once, with transactions aborted at random"""
    said = tool("transactional-message-copier.sh", "--broker-list", broker.address, "--input-topic", TOPIC, "--input-partition", 0,
                "--output-topic", COPY, "--consumer-group", "java-copier", "--transactional-id", "java-copier",
                "--transaction-size", 500, "--max-messages", RECORDS, "--enable-random-aborts")
    assert '"shutdown_complete"' in said or '"remaining":0' in said.replace(" ", ""), said[-400:]
    read = tool("kafka-console-consumer.sh", "--bootstrap-server", broker.address, "--topic", COPY, "--from-beginning",
                "--max-messages", RECORDS, "--timeout-ms", 30000, "--isolation-level", "read_committed")
    values = [int(line) for line in read.splitlines() if line.isdigit()]
    assert values == list(range(RECORDS)), f"{len(values)} committed records, not {RECORDS} in order"
    before = tool("kafka-get-offsets.sh", "--bootstrap-server", broker.address, "--topic", COPY)
    assert int(before.strip().rpartition(":")[2]) > RECORDS, f"no markers: {before}"


def kafka_transactions(broker):
    """lists and describes transactions and producers"""
    at = ("--bootstrap-server", broker.address)
    says(tool("kafka-transactions.sh", *at, "list"), r"java-copier\s+\d+\s+\d+\s+CompleteCommit")
    says(tool("kafka-transactions.sh", *at, "describe", "--transactional-id", "java-copier"), r"java-copier\s+\d+\s+\d+\s+CompleteCommit")
    says(tool("kafka-transactions.sh", *at, "describe-producers", "--topic", COPY, "--partition", 0), r"ProducerId\s+ProducerEpoch")
    says(tool("kafka-transactions.sh", *at, "find-hanging", "--broker-id", 1), r"Topic\s+Partition")


def kafka_configs(broker):
    """sets, describes and removes what topics and brokers are configured with"""
    at = ("--bootstrap-server", broker.address)
    topic = (*at, "--entity-type", "topics", "--entity-name", TOPIC)
    tool("kafka-configs.sh", *topic, "--alter", "--add-config", "retention.ms=123000,max.message.bytes=2000000")
    says(tool("kafka-configs.sh", *topic, "--describe"), "retention.ms=123000", "max.message.bytes=2000000")
    tool("kafka-configs.sh", *topic, "--alter", "--delete-config", "retention.ms")
    assert "retention.ms=" not in tool("kafka-configs.sh", *topic, "--describe")
    says(tool("kafka-configs.sh", *topic, "--alter", "--add-config", "retention.ms=much", status=1), "retention.ms")
    brokers = (*at, "--entity-type", "brokers")
    tool("kafka-configs.sh", *brokers, "--entity-default", "--alter", "--add-config", "log.retention.ms=456000")
    says(tool("kafka-configs.sh", *brokers, "--entity-default", "--describe"), "log.retention.ms=456000")
    says(tool("kafka-configs.sh", *brokers, "--entity-name", 1, "--describe", "--all"), "log.segment.bytes=1073741824")
    says(tool("kafka-configs.sh", *at, "--entity-type", "users", "--describe"), r"\A(?!.*rror)")


def kafka_log_dirs(broker):
    """names the data directory and the size of each partition"""
    said = tool("kafka-log-dirs.sh", "--bootstrap-server", broker.address, "--describe", "--topic-list", TOPIC)
    told = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    directory = told["brokers"][0]["logDirs"][0]
    assert directory["logDir"] == broker.data, directory
    assert directory["error"] is None, directory
    sizes = {each["partition"]: each["size"] for each in directory["partitions"]}
    assert sizes[f"{TOPIC}-0"] > RECORDS, sizes


def client_compatibility_test(broker):
    """admin client, idempotent producer and consumer find every feature of a current broker"""
    said = tool("client-compatibility-test.sh", "--bootstrap-server", broker.address, "--topic", "java-compatibility",
                "--num-cluster-nodes", 1, "--offsets-for-times-supported", "true", "--cluster-id-supported", "true",
                "--expect-record-too-large-exception", "false", "--create-topics-supported", "true",
                "--describe-acls-supported", "true", "--describe-configs-supported", "true",
                "--idempotent-producer-supported", "true")
    says(said, "^SUCCESS")


def kafka_acls(broker):
    """says that access control is switched off"""
    says(tool("kafka-acls.sh", "--bootstrap-server", broker.address, "--list", status=None), "SecurityDisabledException")


def kafka_get_offsets_and_delete_records(broker):
    """tell and move the beginning of a partition"""
    at = ("--bootstrap-server", broker.address)
    says(tool("kafka-get-offsets.sh", *at, "--topic", TOPIC), rf"^{TOPIC}:0:{RECORDS}$")
    plan = Path(broker.folder, "delete.json")
    plan.write_text(json.dumps({"partitions": [{"topic": TOPIC, "partition": 0, "offset": 10}], "version": 1}), encoding="ascii")
    says(tool("kafka-delete-records.sh", *at, "--offset-json-file", plan), rf"{TOPIC}-0\s+low_watermark: 10")
    says(tool("kafka-get-offsets.sh", *at, "--topic", TOPIC, "--time", "earliest"), rf"^{TOPIC}:0:10$")


def kafka_broker_api_versions_and_cluster(broker):
    """understand what the broker serves and who it is"""
    said = tool("kafka-broker-api-versions.sh", "--bootstrap-server", broker.address)
    says(said, rf"^{re.escape(broker.address)} \(id: 1 ", r"Produce\(0\): 0 to \d+ \[usable: \d+\]", r"Fetch\(1\): \d+ to \d+ \[usable: \d+\]")
    says(tool("kafka-cluster.sh", "cluster-id", "--bootstrap-server", broker.address), r"^Cluster ID: \S{22}$")


def kafka_dump_log(broker):
    """reads the segment, index and time index that the stopped broker left"""
    broker.stop()
    folder = Path(broker.data, f"{TOPIC}-0")
    said = tool("kafka-dump-log.sh", "--deep-iteration", "--print-data-log", "--files", min(folder.glob("*.log")))
    assert len(re.findall(r"^\|? ?offset: \d+", said, re.MULTILINE)) == RECORDS, said[-400:]
    says(said, r"isvalid: true", rf"payload: {RECORDS - 1}$")
    assert "isvalid: false" not in said
    for index in [*folder.glob("*.index"), *folder.glob("*.timeindex")]:
        checked = tool("kafka-dump-log.sh", "--index-sanity-check", "--files", index)
        says(checked, "passed sanity check")
    copied = tool("kafka-dump-log.sh", "--deep-iteration", "--files", min(Path(broker.data, f"{COPY}-0").glob("*.log")))
    says(copied, r"isTransactional: true", r"isControl: true", r"endTxnMarker: COMMIT")


CHECKS = [
    kafka_topics, verifiable_producer, verifiable_consumer, kafka_consumer_groups, kafka_log_dirs, client_compatibility_test,
    kafka_configs, kafka_acls, transactional_message_copier, kafka_transactions, kafka_get_offsets_and_delete_records,
    kafka_broker_api_versions_and_cluster, kafka_dump_log,
]
