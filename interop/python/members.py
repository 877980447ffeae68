"""The checks' side of group members: starts them, follows their events, ends them politely or not."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

from clients.kafkajs import node_environment
from registry import eventually

SESSION_MS = 6000


class Member:
    """A member process of python/member.py or node/member.js."""

    def __init__(self, command, environment=None):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.assignment = None  # (topic, partition) pairs; None before the first rebalance
        self.rebalances = 0
        self.revoked = []  # one set of pairs per revocation
        self.records = []  # (topic, partition, offset, value)
        self.acknowledged = []
        self.problems = []
        self._threads = [
            threading.Thread(target=self._follow, args=(stream, take), daemon=True)
            for stream, take in ((self.process.stdout, self._on_output), (self.process.stderr, self._on_complaint))
        ]
        for thread in self._threads:
            thread.start()

    def _follow(self, stream, take):
        for line in stream:
            take(line)

    def _on_output(self, line):
        event = json.loads(line)
        kind = event["event"]
        if kind == "assignment":
            self.rebalances += 1
            self.assignment = {tuple(pair) for pair in event["partitions"]}
        elif kind == "owned":
            self.assignment = {tuple(pair) for pair in event["partitions"]}
        elif kind in ("revoked", "lost"):
            self.rebalances += 1
            self.revoked.append({tuple(pair) for pair in event["partitions"]})
        elif kind == "record":
            self.records.append((event["topic"], event["partition"], event["offset"], event["value"]))
        elif kind == "error":
            self.problems.append(event["text"])
        else:
            self.acknowledged.append(kind)

    def _on_complaint(self, line):
        self.problems.append(line.rstrip())

    def _tell(self, command, answer):
        before = self.acknowledged.count(answer)
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        eventually(
            lambda: self.acknowledged.count(answer) > before,
            lambda: f"member's answer to {command}; it complained: {self.problems[-3:]}",
        )

    def commit(self):
        """Commits the positions and waits for the answer."""
        self._tell("commit", "committed")

    def leave(self):
        """Closes the consumer, which leaves the group, and waits for the end of the process."""
        self._tell("close", "closed")
        self.process.wait(20)

    def die(self):
        """Ends the process as a power cut would."""
        self.process.kill()
        self.process.wait(20)

    def close(self):
        """Ends the process if it still runs."""
        if self.process.poll() is None:
            self.die()


class KcatMember(Member):
    """`kcat -G`; its rebalances are lines on standard error, its commits automatic."""

    REBALANCED = re.compile(r"% Group .* rebalanced.*?(assigned|revoked|incremental assignment|incremental revoke)")
    PARTITION = re.compile(r"([\w.-]+) \[(\d+)\]")

    def _on_output(self, line):
        topic, partition, offset, value = line.rstrip("\n").split(" ", 3)
        self.records.append((topic, int(partition), int(offset), value))

    def _on_complaint(self, line):
        rebalanced = self.REBALANCED.match(line)
        if not rebalanced:
            if not line.startswith(("% Reached end", "% Waiting")):
                self.problems.append(line.rstrip())
            return
        pairs = {(topic, int(number)) for topic, number in self.PARTITION.findall(line[rebalanced.end():])}
        self.rebalances += 1
        owned, kind = self.assignment or set(), rebalanced.group(1)
        if kind.endswith(("revoked", "revoke")):
            self.revoked.append(pairs)
            self.assignment = owned - pairs
        else:
            self.assignment = owned | pairs if kind.startswith("incremental") else pairs

    def commit(self):
        """kcat commits when it leaves."""

    def leave(self):
        """Interrupts kcat, which commits and leaves."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def start_member(context, client, group, topic, assignor, instance=None, session_ms=SESSION_MS):
    """Starts a member, killed at the latest when the check ends."""
    scripts = context.shared.folders
    if client == "kcat":
        settings = {
            "partition.assignment.strategy": assignor, "session.timeout.ms": session_ms, "heartbeat.interval.ms": 500,
            "auto.offset.reset": "earliest", "topic.metadata.refresh.interval.ms": 1000, "fetch.wait.max.ms": 200,
        }
        if instance:
            settings["group.instance.id"] = instance
        options = [part for key, value in settings.items() for part in ("-X", f"{key}={value}")]
        command = ["kcat", "-b", context.bootstrap, "-G", group, *options, "-u", "-f", "%t %p %o %s\\n", topic]
        return context.closing(KcatMember(command))
    options = json.dumps({
        "bootstrap": context.bootstrap, "group": group, "topics": [topic], "assignor": assignor, "instance": instance,
        "session_ms": session_ms,
    })
    if client == "kafkajs":
        script = os.path.join(scripts.node_scripts, "member.js")
        return context.closing(Member(["node", script, options], node_environment(scripts)))
    script = os.path.join(scripts.python_scripts, "member.py")
    return context.closing(Member([sys.executable, script, client, options]))


def partitions_of(topic, count):
    """All (topic, partition) pairs."""
    return {(topic, partition) for partition in range(count)}


def settled(members, expected, idle=0, seconds=40.0):
    """Waits until the members' assignments are disjoint, complete and leave exactly `idle` of them with nothing.

    Every other member has at least one partition. Disjoint and complete must hold at one moment, for all.
    """

    def holds():
        assignments = [member.assignment for member in members]
        if any(assignment is None for assignment in assignments):
            return False
        owned = [pair for assignment in assignments for pair in assignment]
        empty = sum(1 for assignment in assignments if not assignment)
        return len(owned) == len(set(owned)) and set(owned) == expected and empty == idle

    def found():
        shown = [(sorted(member.assignment or ()), member.problems[-2:]) for member in members]
        return f"disjoint and complete with {idle} idle of {sorted(expected)}; members have {shown}"

    eventually(holds, found, seconds)
    return time.monotonic()


def all_read(members, values, seconds=30.0):
    """Waits until the members together have read these values, whoever read which."""
    eventually(
        lambda: {record[3] for member in members for record in member.records} >= set(values),
        lambda: f"all {len(values)} records read, found "
        f"{len({record[3] for member in members for record in member.records})}",
        seconds,
    )
