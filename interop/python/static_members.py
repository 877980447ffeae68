"""Static members (KIP-345): a member that comes back in time under its instance id disturbs nobody."""

from codes import FENCED_INSTANCE_ID, HEARTBEAT, JOIN_GROUP, LEAVE_GROUP, NONE, SYNC_GROUP
from members import partitions_of, settled, start_member
from records import plain
from registry import check, equal, eventually
from wire import Wire, array, blob, i32, string

# kafkajs 2 has no group.instance.id.
STATIC_CLIENTS = [{"client": client} for client in ("confluent-kafka", "kafka-python", "kcat")]
SESSION_MS = 30_000


@check("{client}: a static member that is killed and restarted causes no rebalance", over=STATIC_CLIENTS,
       limit_seconds=100)
def restart_without_rebalance(context, client):
    restart(context, client, lambda member: member.die())


@check("{client}: a static member that closes and comes back causes no rebalance", over=STATIC_CLIENTS,
       limit_seconds=100)
def close_without_rebalance(context, client):
    restart(context, client, lambda member: member.leave())


def restart(context, client, end):
    """Two static members; the second ends and starts again; the first must notice nothing."""
    topic, group = context.topic(partitions=4), context.unique("group")

    def join(instance):
        return start_member(context, client, group, topic, "range", instance=instance, session_ms=SESSION_MS)

    first = join("instance-1")
    settled([first], partitions_of(topic, 4))
    second = join("instance-2")
    settled([first, second], partitions_of(topic, 4))
    owned, rebalances = second.assignment, first.rebalances
    end(second)
    equal(context.admin.describe_group(group), ("Stable", 2), "group while the static member is away")
    returned = join("instance-2")
    eventually(lambda: returned.assignment, lambda: f"an assignment; it complained: {returned.problems[-3:]}")
    equal(returned.assignment, owned, "assignment after the restart")
    # A record for each proves that both still fetch, so the first has had heartbeats since the restart.
    for partition in range(4):
        context.clients["confluent-kafka"].produce(topic, plain(1, f"after-{partition}"), partition=partition)
    eventually(lambda: len(first.records) == 2 and len(returned.records) == 2, "two records read by each member")
    equal(first.rebalances, rebalances, "rebalances that the other member saw")


def join_body(group, member, instance, protocols=(("range", b"\0"),)):
    """JoinGroup v5."""
    offered = array(*(string(name) + blob(metadata) for name, metadata in protocols))
    head = string(group) + i32(SESSION_MS) + i32(SESSION_MS) + string(member) + string(instance)
    return head + string("consumer") + offered


def join(wire, group, member="", instance=None):
    """Joins; returns error, generation, leader and member id."""
    answer = wire.call(JOIN_GROUP, 5, join_body(group, member, instance))
    answer.i32()
    error, generation, _ = answer.i16(), answer.i32(), answer.string()
    return error, generation, answer.string(), answer.string()


def sync(wire, group, generation, member, instance, assignments=()):
    """Synchronises; returns error and assignment."""
    given = array(*(string(name) + blob(content) for name, content in assignments))
    body = string(group) + i32(generation) + string(member) + string(instance) + given
    answer = wire.call(SYNC_GROUP, 3, body)
    answer.i32()
    return answer.i16(), answer.blob()


def heartbeat(wire, group, generation, member, instance):
    """Error of one heartbeat."""
    answer = wire.call(HEARTBEAT, 3, string(group) + i32(generation) + string(member) + string(instance))
    answer.i32()
    return answer.i16()


@check("a static member that rejoins gets a new member id in the same generation, and the old id is fenced")
def same_generation(context):
    group = context.unique("group")
    with Wire(context.shared) as old, Wire(context.shared) as new:
        error, generation, leader, member = join(old, group, instance="one")
        equal((error, leader), (NONE, member), "error and leader of the first join")
        equal(sync(old, group, generation, member, "one", [(member, b"work")]), (NONE, b"work"), "first sync")

        error, again, _, successor = join(new, group, instance="one")
        equal((error, again), (NONE, generation), "error and generation of the second join")
        assert successor != member, "the second join kept the member id"
        equal(sync(new, group, again, successor, "one"), (NONE, b"work"), "sync after the restart")
        equal(heartbeat(old, group, generation, member, "one"), FENCED_INSTANCE_ID, "heartbeat with the old member id")
        equal(heartbeat(new, group, generation, successor, "one"), NONE, "heartbeat with the new member id")


@check("an administrator removes a static member by its instance id")
def removed_by_instance(context):
    group = context.unique("group")
    with Wire(context.shared) as wire:
        _, generation, _, member = join(wire, group, instance="one")
        sync(wire, group, generation, member, "one", [(member, b"work")])
        answer = wire.call(LEAVE_GROUP, 3, string(group) + array(string("") + string("one")))
        answer.i32()
        equal(answer.i16(), NONE, "error of the answer")
        equal(answer.array(lambda: (answer.string(), answer.string(), answer.i16())), [("", "one", NONE)], "members")
    eventually(lambda: context.admin.describe_group(group) == ("Empty", 0), "the group empty")
