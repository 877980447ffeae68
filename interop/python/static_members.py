"""Static members (KIP-345): a member that comes back in time under its instance id disturbs nobody."""

from codes import FENCED_INSTANCE_ID, NONE
from group_requests import heartbeat, join, leave, sync
from members import partitions_of, settled, start_member
from records import plain
from registry import check, equal, eventually
from wire import Wire

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


@check("a static member that rejoins gets a new member id in the same generation, and the old id is fenced")
def same_generation(context):
    group = context.unique("group")
    with Wire(context.shared) as old, Wire(context.shared) as new:
        first = join(old, group, instance="one")
        equal((first.error, first.leader), (NONE, first.member), "error and leader of the first join")
        generation, given = first.generation, [(first.member, b"work")]
        equal(sync(old, group, generation, first.member, "one", given), (NONE, b"work"), "first sync")

        second = join(new, group, instance="one")
        equal((second.error, second.generation), (NONE, generation), "error and generation of the second join")
        assert second.member != first.member, "the second join kept the member id"
        equal(sync(new, group, generation, second.member, "one"), (NONE, b"work"), "sync after the restart")
        equal(heartbeat(old, group, generation, first.member, "one"), FENCED_INSTANCE_ID, "heartbeat, old member id")
        equal(heartbeat(new, group, generation, second.member, "one"), NONE, "heartbeat, new member id")


@check("an administrator removes a static member by its instance id")
def removed_by_instance(context):
    group = context.unique("group")
    with Wire(context.shared) as wire:
        first = join(wire, group, instance="one")
        sync(wire, group, first.generation, first.member, "one", [(first.member, b"work")])
        equal(leave(wire, group, [("", "one")]), (NONE, {("", "one"): NONE}), "errors")
    eventually(lambda: context.admin.describe_group(group) == ("Empty", 0), "the group empty")
