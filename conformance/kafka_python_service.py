"""Stands in for `test/service.py`, which the source package of kafka-python leaves out: a broker that is up already."""


class ExternalService:
    """A broker that somebody else starts and stops."""

    def __init__(self, host, port):
        self.host, self.port = host, port

    def open(self):
        """Nothing to start."""

    def close(self):
        """Nothing to stop."""

    def dump_logs(self):
        """Its log is elsewhere."""


class SpawnedService:
    """A Kafka of the suite's own, which there is none of here."""

    def __init__(self, *_arguments):
        raise RuntimeError("this run tests the broker of KAFKA_URI and starts no other")
