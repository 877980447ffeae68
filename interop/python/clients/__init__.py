"""One driver per client, all with the same verbs.

A driver turns `produce`, `consume` and the administration verbs into its client's own calls and the client's
errors into `Refused`. What a client cannot do is said in its attributes, and the matrix prints it.
"""

from clients.confluent import Confluent
from clients.kafka_python import KafkaPython
from clients.kafkajs import KafkaJs
from clients.kcat import Kcat


def connect_all(bootstrap, folders):
    """Every driver by its client's name; the order is that of the printed tables."""
    drivers = [Confluent(bootstrap), KafkaPython(bootstrap), KafkaJs(bootstrap, folders), Kcat(bootstrap)]
    return {driver.name: driver for driver in drivers}


CLIENTS = ("confluent-kafka", "kafka-python", "kafkajs", "kcat")
ADMIN_CLIENTS = ("confluent-kafka", "kafka-python", "kafkajs")
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
ASSIGNORS = {
    "confluent-kafka": ("range", "roundrobin", "cooperative-sticky"),
    "kafka-python": ("range", "roundrobin", "sticky", "cooperative-sticky"),
    "kafkajs": ("roundrobin",),
    "kcat": ("range", "roundrobin", "cooperative-sticky"),
}
ALL_ASSIGNORS = ("range", "roundrobin", "sticky", "cooperative-sticky")
