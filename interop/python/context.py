"""What a check is given: the broker's address, the clients, fresh names, and the place where results go."""

import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass

from registry import eventually


@dataclass(frozen=True)
class Folders:
    """Where the run finds its scripts and installed packages."""

    python_scripts: str
    node_scripts: str
    node_modules: str


class Shared:
    """What all checks of a run have in common; safe to use from several threads."""

    def __init__(self, bootstrap, broker_pid, clients, folders):
        self.bootstrap = bootstrap
        self.host, _, port = bootstrap.rpartition(":")
        self.port = int(port)
        self.broker_pid = broker_pid
        self.clients = clients
        self.folders = folders
        self.admin = clients["confluent-kafka"].administration()
        self._once, self._locks, self._lock = {}, {}, threading.Lock()

    def once(self, key, build):
        """The value that `build` made the first time anyone asked for `key`; a failure is remembered too."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._once:
                try:
                    self._once[key] = (build(), None)
                except Exception as failure:  # pylint: disable=broad-except
                    self._once[key] = (None, failure)
            value, failure = self._once[key]
        if failure is not None:
            raise failure
        return value


class Context:
    """One check's view of the run."""

    def __init__(self, shared, report):
        self.shared = shared
        self.bootstrap = shared.bootstrap
        self.clients = shared.clients
        self.admin = shared.admin
        self._report = report
        self._closers = []
        self.steps = 0

    def unique(self, kind):
        """A name that nothing else uses, in this run or another one on the same broker."""
        return f"{kind}-{uuid.uuid4().hex[:12]}"

    def topic(self, partitions=1, configs=None):
        """A new topic, ready to be written to."""
        name = self.unique("topic")
        self.admin.create_topic(name, partitions, configs=configs)
        self.await_partitions(name, partitions)
        return name

    def await_partitions(self, topic, count):
        """Waits until the metadata shows that many partitions with a leader."""
        eventually(lambda: topic in self.admin.topic_names(), f"{topic} in the metadata")
        eventually(lambda: self.admin.partition_count(topic) == count, f"{count} partitions of {topic}")

    def administration(self, client):
        """The client's administration verbs, closed with the check."""
        verbs = self.clients[client].administration()
        self._closers.append(verbs.close)
        return verbs

    def closing(self, resource):
        """Closes the resource when the check ends, however it ends."""
        self._closers.append(resource.close)
        return resource

    @contextmanager
    def step(self, sentence):
        """A part of a scenario that is a result of its own."""
        self.steps += 1
        started = time.monotonic()
        try:
            yield
        except Exception as failure:
            self._report(sentence, time.monotonic() - started, failure)
            raise StepFailed from failure
        self._report(sentence, time.monotonic() - started, None)

    def close(self):
        """Releases everything the check opened, newest first."""
        while self._closers:
            self._closers.pop()()


class StepFailed(Exception):
    """Ends a scenario whose step has already been reported."""
