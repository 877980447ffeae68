"""Driver of kafkajs: speaks with `node/agent.js`, one process for the whole run."""

import base64
import itertools
import json
import os
import subprocess
import threading
import uuid
from concurrent.futures import Future

from records import Record
from registry import Refused

TIMEOUT_SECONDS = 30
CONFIG_SOURCES = {
    1: "DYNAMIC_TOPIC_CONFIG", 2: "DYNAMIC_BROKER_CONFIG", 3: "DYNAMIC_DEFAULT_BROKER_CONFIG",
    4: "STATIC_BROKER_CONFIG", 5: "DEFAULT_CONFIG",
}
TOPIC_RESOURCE, BROKER_RESOURCE = 2, 4


def node_environment(folders):
    """Where `require` finds the installed packages."""
    return {**os.environ, "NODE_PATH": folders.node_modules, "KAFKAJS_NO_PARTITIONER_WARNING": "1"}


class Agent:
    """The Node process and the requests under way in it."""

    def __init__(self, bootstrap, folders):
        command = ["node", os.path.join(folders.node_scripts, "agent.js"), bootstrap]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=node_environment(folders)
        )
        self.ids, self.waiting, self.lock = itertools.count(), {}, threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            answer = json.loads(line)
            self.waiting.pop(answer["id"]).set_result(answer)

    def call(self, verb, timeout_seconds=TIMEOUT_SECONDS + 15, **arguments):
        """Sends one request and waits for its answer."""
        with self.lock:
            identity, future = next(self.ids), Future()
            self.waiting[identity] = future
            self.process.stdin.write(json.dumps({"id": identity, "verb": verb, "arguments": arguments}) + "\n")
            self.process.stdin.flush()
        answer = future.result(timeout_seconds)
        if "error" in answer:
            raise Refused(answer["error"], answer["message"])
        return answer["result"]


class KafkaJs:
    """kafkajs; snappy, lz4 and zstd through the plug-ins of `node/codecs.js`."""

    name = "kafkajs"
    writes_empty_values = True
    writes_null_headers = False
    writes_timestamps = True

    def __init__(self, bootstrap, folders):
        self.agent = Agent(bootstrap, folders)

    def close(self):
        """Ends the Node process."""
        self.agent.process.kill()

    def produce(self, topic, records, codec="none", acks="all", idempotent=False, partition=0):
        """Writes the records as one batch; returns their offsets (-1 where acks is 0)."""
        wire = [
            {
                "key": packed(record.key), "value": packed(record.value), "timestamp": record.timestamp_ms,
                "headers": [[key, packed(value)] for key, value in record.headers],
            }
            for record in records
        ]
        base = self.agent.call(
            "produce", topic=topic, records=wire, codec=codec, acks={"all": -1}.get(acks) or int(acks),
            idempotent=idempotent, partition=partition,
        )
        return [-1] * len(records) if base in (None, -1) else list(range(base, base + len(records)))

    def consume(self, topic, count, offset="earliest", partition=0, reset="error"):
        """Reads `count` records of one partition; kafkajs itself resets an offset out of range."""
        found = self.agent.call(
            "consume", topic=topic, group=f"consume-{uuid.uuid4()}", count=count, offset=offset, partition=partition,
            timeoutMs=TIMEOUT_SECONDS * 1000,
        )
        return [
            Record(
                unpacked(entry["value"]), unpacked(entry["key"]),
                tuple((key, unpacked(value)) for key, value in entry["headers"]), entry["timestamp"], entry["offset"],
            )
            for entry in found
        ]

    def administration(self):
        """The administration verbs."""
        return KafkaJsAdministration(self.agent)


def packed(value):
    """Bytes as base64; `None` stays null."""
    return None if value is None else base64.b64encode(value).decode()


def unpacked(text):
    """The opposite of `packed`."""
    return None if text is None else base64.b64decode(text)


class KafkaJsAdministration:
    """kafkajs' admin behind the verbs that all drivers share."""

    def __init__(self, agent):
        self.agent = agent

    def close(self):
        """Each call has a connection of its own, closed with it."""

    def _call(self, method, argument=None):
        return self.agent.call("administer", method=method, argument=argument)

    def create_topic(self, name, partitions=1, replication=1, configs=None):
        entries = [{"name": key, "value": value} for key, value in (configs or {}).items()]
        topic = {"topic": name, "numPartitions": partitions, "replicationFactor": replication, "configEntries": entries}
        if not self._call("createTopics", {"topics": [topic]}):
            # The one refusal that kafkajs reports by returning false.
            raise Refused("TOPIC_ALREADY_EXISTS")

    def delete_topic(self, name):
        self._call("deleteTopics", {"topics": [name]})

    def topic_names(self):
        return set(self._call("listTopics"))

    def partition_count(self, topic):
        """Number of partitions that have a leader."""
        (found,) = self._call("fetchTopicMetadata", {"topics": [topic]})["topics"]
        return sum(1 for partition in found["partitions"] if partition["leader"] >= 0)

    def create_partitions(self, topic, total):
        self._call("createPartitions", {"topicPartitions": [{"topic": topic, "count": total}]})

    def topic_configs(self, topic):
        """Value and source by key."""
        return self._configs(TOPIC_RESOURCE, topic)

    def broker_configs(self, node):
        return self._configs(BROKER_RESOURCE, str(node))

    def _configs(self, kind, name):
        resource = {"type": kind, "name": name}
        (found,) = self._call("describeConfigs", {"resources": [resource], "includeSynonyms": False})["resources"]
        return {
            entry["configName"]: (entry["configValue"], CONFIG_SOURCES[entry["configSource"]])
            for entry in found["configEntries"]
        }

    def alter_topic_config(self, topic, key, value):
        """Sets one key; this client has only the older call, which takes every other key to its default."""
        entries = [] if value is None else [{"name": key, "value": value}]
        resource = {"type": TOPIC_RESOURCE, "name": topic, "configEntries": entries}
        self._call("alterConfigs", {"resources": [resource], "validateOnly": False})

    def cluster(self):
        """Cluster id, controller and the ids of the brokers."""
        found = self._call("describeCluster")
        return found["clusterId"], found["controller"], [broker["nodeId"] for broker in found["brokers"]]

    def groups(self):
        return {group["groupId"] for group in self._call("listGroups")["groups"]}

    def describe_group(self, group):
        """State and member count."""
        (found,) = self._call("describeGroups", [group])["groups"]
        return found["state"], len(found["members"])

    def delete_group(self, group):
        self._call("deleteGroups", [group])

    def group_offsets(self, group):
        """Committed offset by (topic, partition)."""
        found = self._call("fetchOffsets", {"groupId": group, "topics": []})
        return {
            (topic["topic"], entry["partition"]): int(entry["offset"])
            for topic in found
            for entry in topic["partitions"]
        }

    def set_group_offset(self, group, topic, partition, offset):
        wanted = [{"partition": partition, "offset": str(offset)}]
        self._call("setOffsets", {"groupId": group, "topic": topic, "partitions": wanted})

    def delete_records(self, topic, partition, before):
        """Deletes below `before`; returns the new log start offset."""
        return self.agent.call("deleteRecords", topic=topic, partition=partition, offset=str(before))

    def offset_at(self, topic, partition, where):
        """Offset at earliest, latest or a timestamp in milliseconds (latest when none is that young)."""
        if where in ("earliest", "latest"):
            found = self._call("fetchTopicOffsets", topic)
            entry = next(entry for entry in found if entry["partition"] == partition)
            return int(entry["low" if where == "earliest" else "high"])
        return self.agent.call("offsetAtTime", topic=topic, partition=partition, timestamp=where)
