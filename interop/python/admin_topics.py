"""Topics: create, delete, describe, grow; what is refused is refused with Kafka's error."""

from clients import ADMIN_CLIENTS
from records import plain, same
from registry import check, equal, eventually, refused_with

EACH = [{"client": client} for client in ADMIN_CLIENTS]


@check("{client} creates, describes and deletes a topic", over=EACH)
def life(context, client):
    verbs, topic = context.administration(client), context.unique("topic")
    verbs.create_topic(topic, partitions=3, configs={"retention.ms": "12345678"})
    eventually(lambda: topic in verbs.topic_names(), "the topic in the list")
    eventually(lambda: verbs.partition_count(topic) == 3, "three partitions with a leader")
    equal(verbs.topic_configs(topic)["retention.ms"], ("12345678", "DYNAMIC_TOPIC_CONFIG"), "retention.ms")
    verbs.delete_topic(topic)
    eventually(lambda: topic not in verbs.topic_names(), "the topic gone from the list")


@check("{client} is refused a topic that exists, a bad name, no partitions and too many replicas", over=EACH)
def refusals(context, client):
    verbs, topic = context.administration(client), context.topic()
    with refused_with("TOPIC_ALREADY_EXISTS"):
        verbs.create_topic(topic)
    with refused_with("INVALID_TOPIC_EXCEPTION"):
        verbs.create_topic("no/such name")
    with refused_with("INVALID_PARTITIONS"):
        verbs.create_topic(context.unique("topic"), partitions=0)
    with refused_with("INVALID_REPLICATION_FACTOR"):
        verbs.create_topic(context.unique("topic"), replication=4)


@check("{client} is refused a topic with an unknown config or a bad value, and nothing is created", over=EACH)
def refused_configs(context, client):
    verbs = context.administration(client)
    for key, value in (("no.such.key", "1"), ("retention.ms", "soon"), ("cleanup.policy", "shred"),
                       ("segment.bytes", "-5")):
        topic = context.unique("topic")
        with refused_with("INVALID_CONFIG"):
            verbs.create_topic(topic, configs={key: value})
        assert topic not in verbs.topic_names(), f"{topic} exists in spite of {key}={value}"


@check("{client} deletes an unknown topic: UNKNOWN_TOPIC_OR_PARTITION", over=EACH)
def delete_unknown(context, client):
    with refused_with("UNKNOWN_TOPIC_OR_PARTITION"):
        context.administration(client).delete_topic(context.unique("absent"))


@check("{client} adds partitions, old records stay, new partitions take records", over=EACH)
def grow(context, client):
    verbs, topic, driver = context.administration(client), context.topic(2), context.clients["confluent-kafka"]
    driver.produce(topic, plain(5, "old"), partition=1)
    verbs.create_partitions(topic, 4)
    eventually(lambda: verbs.partition_count(topic) == 4, "four partitions with a leader")
    driver.produce(topic, plain(5, "new"), partition=3)
    same(driver.consume(topic, 5, partition=1), plain(5, "old"))
    same(driver.consume(topic, 5, partition=3), plain(5, "new"))


@check("{client} is refused fewer partitions, the same number, and partitions of an unknown topic", over=EACH)
def shrink(context, client):
    verbs, topic = context.administration(client), context.topic(3)
    for count in (1, 2, 3):
        with refused_with("INVALID_PARTITIONS"):
            verbs.create_partitions(topic, count)
    equal(verbs.partition_count(topic), 3, "partitions after the refusals")
    with refused_with("UNKNOWN_TOPIC_OR_PARTITION"):
        verbs.create_partitions(context.unique("absent"), 2)


@check("a topic created again under its old name starts empty")
def recreated(context):
    topic, driver = context.topic(), context.clients["confluent-kafka"]
    driver.produce(topic, plain(10))
    context.admin.delete_topic(topic)
    eventually(lambda: topic not in context.admin.topic_names(), "the topic gone")
    context.admin.create_topic(topic)
    context.await_partitions(topic, 1)
    driver.produce(topic, plain(2, "new"))
    found = driver.consume(topic, 2)
    same(found, plain(2, "new"))
    equal([record.offset for record in found], [0, 1], "offsets")


@check("a topic may have -1 partitions and replicas, which means the broker's defaults")
def broker_defaults(context):
    verbs, topic = context.administration("kafka-python"), context.unique("topic")
    verbs.create_topic(topic, partitions=-1, replication=-1)
    eventually(lambda: topic in verbs.topic_names() and verbs.partition_count(topic) >= 1, "the topic with a leader")


@check("a topic that is only validated is not created, and a bad one is refused")
def validated_only(context):
    verbs, topic = context.administration("kafka-python"), context.unique("topic")
    verbs.client.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, validate_only=True)
    assert topic not in verbs.topic_names(), "the topic exists"
    answer = verbs.client.create_topics(
        {topic: {"num_partitions": 1, "replication_factor": 9}}, validate_only=True, raise_errors=False
    )
    equal(answer["topics"][0]["error_code"], 38, "error of nine replicas")


@check("topic names that collide by dot and underscore are refused")
def colliding_names(context):
    name = context.unique("topic").replace("-", ".")
    context.admin.create_topic(name)
    with refused_with("INVALID_TOPIC_EXCEPTION"):
        context.admin.create_topic(name.replace(".", "_"))
