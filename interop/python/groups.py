"""Consumer groups: who owns what while members join, leave and die and partitions are added."""

from clients import ASSIGNORS, CLIENTS
from members import all_read, partitions_of, settled, start_member
from records import Record
from registry import check, equal, eventually

CELLS = [{"client": client, "assignor": assignor} for client in CLIENTS for assignor in ASSIGNORS[client]]
COOPERATIVE = [cell for cell in CELLS if cell["assignor"] == "cooperative-sticky"]


def cell(client, assignor):
    """The matrix cell of a scenario."""
    return [("assignor", client, assignor)]


def fill(context, topic, partitions, prefix):
    """Writes three records to each partition; returns their values."""
    values = []
    for partition in range(partitions):
        stretch = [f"{prefix}-{partition}-{index}" for index in range(3)]
        records = [Record(value=value.encode()) for value in stretch]
        context.clients["confluent-kafka"].produce(topic, records, partition=partition)
        values += stretch
    return values


@check("{client} {assignor}: life of a group", over=CELLS, cells=cell, limit_seconds=170)
def life(context, client, assignor):
    topic, group = context.topic(partitions=3), context.unique("group")
    everything, named = partitions_of(topic, 3), f"{client} {assignor}: "

    def join():
        return start_member(context, client, group, topic, assignor)

    values = fill(context, topic, 3, "first")
    first = join()
    with context.step(named + "a lone member has every partition"):
        settled([first], everything)
        all_read([first], values)
    second, third = join(), join()
    with context.step(named + "members that join share the partitions, one each"):
        settled([first, second, third], everything)
    fourth = join()
    with context.step(named + "a surplus member is idle"):
        settled([first, second, third, fourth], everything, idle=1)
        eventually(lambda: context.admin.describe_group(group) == ("Stable", 4), "the group stable with 4 members")
    with context.step(named + "added partitions are found, shared and read"):
        context.admin.create_partitions(topic, 6)
        context.await_partitions(topic, 6)
        values = fill(context, topic, 6, "second")
        settled([first, second, third, fourth], partitions_of(topic, 6))
        all_read([first, second, third, fourth], values)
    with context.step(named + "the others take over what a leaving member had"):
        fourth.leave()
        settled([first, second, third], partitions_of(topic, 6))
    with context.step(named + "the others take over what a dead member had"):
        third.die()
        settled([first, second], partitions_of(topic, 6))
        eventually(lambda: context.admin.describe_group(group) == ("Stable", 2), "the group stable with 2 members")
    with context.step(named + "the group is empty when all have left"):
        first.leave()
        second.leave()
        eventually(lambda: context.admin.describe_group(group) == ("Empty", 0), "the group empty")


@check("{client} cooperative-sticky: a member keeps its partitions while others join", over=COOPERATIVE,
       limit_seconds=90)
def keeps_partitions(context, client, assignor):
    topic, group = context.topic(partitions=6), context.unique("group")
    first = start_member(context, client, group, topic, assignor)
    settled([first], partitions_of(topic, 6))
    second = start_member(context, client, group, topic, assignor)
    settled([first, second], partitions_of(topic, 6))
    given = set().union(*first.revoked)
    equal(given, second.assignment, "partitions that the first member gave up")
    equal(len(first.assignment), 3, "partitions that the first member kept")


@check("confluent-kafka, kafka-python and kcat share one group with {assignor}",
       over=[{"assignor": "range"}, {"assignor": "roundrobin"}], limit_seconds=120)
def mixed_group(context, assignor):
    topic, group = context.topic(partitions=6), context.unique("group")
    values = fill(context, topic, 6, "mixed")
    members = [
        start_member(context, client, group, topic, assignor) for client in ("confluent-kafka", "kafka-python", "kcat")
    ]
    settled(members, partitions_of(topic, 6))
    all_read(members, values)
    members[0].leave()
    settled(members[1:], partitions_of(topic, 6))


@check("members without a common assignor are refused: confluent-kafka range, kafka-python roundrobin",
       limit_seconds=90)
def no_common_assignor(context):
    topic, group = context.topic(partitions=2), context.unique("group")
    first = start_member(context, "confluent-kafka", group, topic, "range")
    settled([first], partitions_of(topic, 2))
    second = start_member(context, "kafka-python", group, topic, "roundrobin")
    eventually(
        lambda: any("InconsistentGroupProtocol" in problem for problem in second.problems),
        lambda: f"the refusal; the second member said {second.problems[-3:]}",
    )
    equal(first.assignment, partitions_of(topic, 2), "assignment of the first member")
