"""The broker as a whole: what it can, where its data lies, which leader epochs a partition has had."""

from codes import API_VERSIONS, NONE, OFFSET_FOR_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, UNKNOWN_TOPIC_OR_PARTITION
from group_offsets import assignor_of
from members import partitions_of, settled, start_member
from records import plain
from registry import check, equal, eventually
from wire import Wire, array, i32, string

# What Apache Kafka 4.3 advertises for the APIs that every client uses: lowest and highest version by key.
RANGES = {
    0: (0, 13), 1: (4, 18), 2: (1, 11), 3: (0, 13), 8: (2, 10), 9: (1, 10), 10: (0, 6), 11: (0, 9), 12: (0, 4),
    13: (0, 5), 14: (0, 5), 15: (0, 6), 16: (0, 5), 18: (0, 4), 19: (2, 7), 20: (1, 6), 21: (0, 2), 22: (0, 5),
    23: (2, 4), 32: (1, 4), 33: (0, 2), 35: (1, 5), 37: (0, 3), 42: (0, 2), 44: (0, 1), 47: (0, 0), 60: (0, 2),
    75: (0, 0),
}


@check("ApiVersions advertises the versions of Kafka 4.3 for every API of this broker")
def advertised(context):
    with Wire(context.shared) as wire:
        answer = wire.call(API_VERSIONS, 2, b"")
        equal(answer.i16(), NONE, "error")
        found = dict(answer.array(lambda: (answer.i16(), (answer.i16(), answer.i16()))))
    differing = {key: found.get(key, "absent") for key, wanted in RANGES.items() if found.get(key) != wanted}
    equal(differing, {}, "APIs with other versions than Kafka's")


@check("kafka-python takes the broker for a release from 4.0 on")
def release(context):
    version = context.administration("kafka-python").client._manager.broker_version  # pylint: disable=protected-access
    assert version >= (4, 0), f"taken for {version}"


@check("kafka-python describes the log directories: a partition has a place and a size")
def log_directories(context):
    topic, verbs = context.topic(partitions=2), context.administration("kafka-python")
    context.clients["confluent-kafka"].produce(topic, plain(100))
    (broker,) = verbs.client.describe_log_dirs()
    sizes = {
        partition["partition_index"]: partition["partition_size"]
        for directory in broker["log_dirs"]
        for found in directory["topics"] if found["name"] == topic
        for partition in found["partitions"]
    }
    equal(sizes.keys(), {0, 1}, "partitions with a size")
    assert sizes[0] > 0 and sizes[1] == 0, f"sizes are {sizes}"


@check("kafka-python describes topic partitions page by page")
def topic_partitions(context):
    topic, verbs = context.topic(partitions=5), context.administration("kafka-python")
    first = verbs.client.describe_topic_partitions([topic], response_partition_limit=3)
    equal([entry["partition_index"] for entry in first["topics"][0]["partitions"]], [0, 1, 2], "first page")
    equal(first["next_cursor"]["partition_index"], 3, "cursor of the second page")
    second = verbs.client.describe_topic_partitions([topic], cursor=first["next_cursor"])
    equal([entry["partition_index"] for entry in second["topics"][0]["partitions"]], [3, 4], "second page")


@check("groups can be listed by state and by type", limit_seconds=90)
def listed_by_state(context):
    verbs, topic, group = context.administration("kafka-python"), context.topic(), context.unique("group")
    member = start_member(context, "kafka-python", group, topic, assignor_of("kafka-python"))
    settled([member], partitions_of(topic, 1))

    def listed(**filters):
        return group in {entry["group_id"] for entry in verbs.client.list_groups(**filters)}

    eventually(lambda: listed(states_filter=["Stable"]), "the group among the stable ones")
    equal(listed(states_filter=["Empty"]), False, "among the empty ones")
    equal(listed(types_filter=["classic"]), True, "among the classic ones")
    equal(listed(types_filter=["consumer"]), False, "among those of the consumer protocol")


def end_of_epoch(wire, topic, epoch, current=-1, partition=0):
    """Error, epoch and end offset that OffsetForLeaderEpoch v3 answers."""
    place = array(string(topic) + array(i32(partition) + i32(current) + i32(epoch)))
    answer = wire.call(OFFSET_FOR_LEADER_EPOCH, 3, i32(-1) + place)
    answer.i32()
    answer.i32()
    answer.string()
    answer.i32()
    error, _ = answer.i16(), answer.i32()
    return error, answer.i32(), answer.i64()


@check("OffsetForLeaderEpoch knows the end of the current epoch, and no epoch of the future")
def leader_epochs(context):
    topic = context.topic()
    context.clients["confluent-kafka"].produce(topic, plain(10))
    with Wire(context.shared) as wire:
        equal(end_of_epoch(wire, topic, 0), (NONE, 0, 10), "epoch 0")
        equal(end_of_epoch(wire, topic, 5), (NONE, -1, -1), "epoch 5")
        equal(end_of_epoch(wire, topic, 0, current=9)[0], UNKNOWN_LEADER_EPOCH, "error of a current epoch ahead of us")
        equal(end_of_epoch(wire, context.unique("absent"), 0)[0], UNKNOWN_TOPIC_OR_PARTITION, "error, unknown topic")
