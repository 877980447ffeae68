"""The classic group protocol step by step: every state, and the error that a wrong step gets in it."""

import time

from codes import (
    ILLEGAL_GENERATION, INCONSISTENT_GROUP_PROTOCOL, INVALID_GROUP_ID, INVALID_SESSION_TIMEOUT, MEMBER_ID_REQUIRED,
    NONE, OFFSET_METADATA_TOO_LARGE, REBALANCE_IN_PROGRESS, UNKNOWN_MEMBER_ID, UNKNOWN_TOPIC_OR_PARTITION,
)
from group_requests import (
    RANGE, commit, committed, heartbeat, join, join_new, joined, leave, send_join, send_sync, subscription, sync,
    synced,
)
from registry import check, equal, eventually
from wire import Wire


def stable_alone(wire, group):
    """A group whose only member has its assignment."""
    alone = join_new(wire, group)
    equal(alone.error, NONE, "error of the join")
    given = [(alone.member, b"all")]
    equal(sync(wire, group, alone.generation, alone.member, assignments=given), (NONE, b"all"), "sync")
    return alone


def joined_by_second(context, first_wire, second_wire, group):
    """A first member alone, then a second that joins; returns both answers to the second join."""
    first = stable_alone(first_wire, group)
    identity = join(second_wire, group).member
    send_join(second_wire, group, identity)
    eventually(
        lambda: heartbeat(first_wire, group, first.generation, first.member) == REBALANCE_IN_PROGRESS,
        "REBALANCE_IN_PROGRESS as the answer to the first member's heartbeat",
    )
    again = join(first_wire, group, first.member)
    return again, joined(second_wire)


@check("a new member is given an id and must join again with it (KIP-394)")
def member_id_required(context):
    group = context.unique("group")
    with Wire(context.shared) as wire:
        first = join(wire, group)
        equal(first.error, MEMBER_ID_REQUIRED, "error of the join without an id")
        assert first.member, "no id was given"
        second = join(wire, group, first.member)
        equal((second.error, second.member, second.leader), (NONE, first.member, first.member), "the join with it")
        equal((second.generation, second.protocol), (1, "range"), "generation and protocol")
        equal(second.members, {first.member: subscription(b"range")}, "members that the leader learns")


@check("an old client joins without asking for an id first (JoinGroup version 3)")
def old_join(context):
    with Wire(context.shared) as wire:
        answer = join(wire, context.unique("group"), version=3)
    equal((answer.error, answer.generation, answer.leader), (NONE, 1, answer.member), "error, generation, leader")


@check("joining with an unknown id, an empty group id or a session out of bounds is refused")
def refused_joins(context):
    group = context.unique("group")
    with Wire(context.shared) as wire:
        equal(join(wire, group, "nobody").error, UNKNOWN_MEMBER_ID, "unknown member id")
        equal(join(wire, "").error, INVALID_GROUP_ID, "empty group id")
        for session_ms in (5_999, 1_800_001, 0, -1):
            error = join(wire, group, session_ms=session_ms).error
            equal(error, INVALID_SESSION_TIMEOUT, f"session of {session_ms} ms")


@check("joining without a common protocol, or with another protocol type, is INCONSISTENT_GROUP_PROTOCOL")
def inconsistent(context):
    group = context.unique("group")
    with Wire(context.shared) as first, Wire(context.shared) as second:
        alone = stable_alone(first, group)
        for options in ({"protocols": (("other", subscription(b"")),)}, {"kind": "connect"}, {"protocols": ()}):
            equal(join(second, group, **options).error, INCONSISTENT_GROUP_PROTOCOL, f"join with {options}")
        equal(heartbeat(first, group, alone.generation, alone.member), NONE, "heartbeat of the first member")


@check("a second member starts generation 2; the leader alone learns the members; a missing assignment is empty bytes")
def second_generation(context):
    group = context.unique("group")
    with Wire(context.shared) as one, Wire(context.shared) as two:
        leader, follower = joined_by_second(context, one, two, group)
        equal((leader.error, follower.error), (NONE, NONE), "errors")
        equal((leader.generation, follower.generation), (2, 2), "generations")
        equal((leader.leader, follower.leader), (leader.member, leader.member), "leader")
        equal(set(leader.members), {leader.member, follower.member}, "members that the leader learns")
        equal(follower.members, {}, "members that the follower learns")

        equal(heartbeat(one, group, 2, leader.member), NONE, "heartbeat while assignments are awaited")
        send_sync(two, group, 2, follower.member)
        given = [(leader.member, b"everything")]
        equal(sync(one, group, 2, leader.member, assignments=given), (NONE, b"everything"), "the leader's assignment")
        equal(synced(two), (NONE, b""), "the follower's assignment")
        equal(sync(two, group, 2, follower.member), (NONE, b""), "a repeated sync")


@check("the protocol of a group is one that all members offer, by their votes")
def votes(context):
    group, offers = context.unique("group"), (("sticky", subscription(b"s")), ("range", subscription(b"r")))
    with Wire(context.shared) as one, Wire(context.shared) as two:
        first = join_new(one, group, protocols=offers)
        equal(first.protocol, "sticky", "protocol of the first member alone")
        sync(one, group, first.generation, first.member, assignments=[(first.member, b"")])
        identity = join(two, group).member
        send_join(two, group, identity)
        eventually(
            lambda: heartbeat(one, group, first.generation, first.member) == REBALANCE_IN_PROGRESS, "the rebalance"
        )
        leader = join(one, group, first.member, protocols=offers)
        equal((leader.protocol, joined(two).protocol), ("range", "range"), "protocol of both")
        learnt = {first.member: subscription(b"r"), identity: subscription(b"range")}
        equal(leader.members, learnt, "metadata that the leader learns")


@check("a follower that joins again unchanged gets its generation back; the leader starts a new one")
def rejoin(context):
    group = context.unique("group")
    with Wire(context.shared) as one, Wire(context.shared) as two:
        leader, follower = joined_by_second(context, one, two, group)
        send_sync(two, group, 2, follower.member)
        sync(one, group, 2, leader.member, assignments=[(leader.member, b"a"), (follower.member, b"b")])
        equal(synced(two), (NONE, b"b"), "the follower's assignment")
        again = join(two, group, follower.member)
        equal((again.error, again.generation), (NONE, 2), "the follower's second join")
        send_join(one, group, leader.member)
        eventually(lambda: heartbeat(two, group, 2, follower.member) == REBALANCE_IN_PROGRESS, "the rebalance")
        equal((join(two, group, follower.member).generation, joined(one).generation), (3, 3), "generations")


@check("heartbeats and syncs with a wrong member, generation or group are refused")
def wrong_steps(context):
    group = context.unique("group")
    with Wire(context.shared) as wire:
        alone = stable_alone(wire, group)
        equal(heartbeat(wire, group, alone.generation + 1, alone.member), ILLEGAL_GENERATION, "heartbeat, generation")
        equal(heartbeat(wire, group, alone.generation, "nobody"), UNKNOWN_MEMBER_ID, "heartbeat, member")
        equal(heartbeat(wire, context.unique("absent"), 1, "nobody"), UNKNOWN_MEMBER_ID, "heartbeat, group")
        equal(sync(wire, group, alone.generation + 1, alone.member)[0], ILLEGAL_GENERATION, "sync, generation")
        equal(sync(wire, group, alone.generation, "nobody")[0], UNKNOWN_MEMBER_ID, "sync, member")
        equal(heartbeat(wire, group, alone.generation, alone.member), NONE, "the right heartbeat")


@check("a sync while members still join is REBALANCE_IN_PROGRESS")
def sync_too_early(context):
    group = context.unique("group")
    with Wire(context.shared) as one, Wire(context.shared) as two:
        first = stable_alone(one, group)
        send_join(two, group, join(two, group).member)
        eventually(lambda: heartbeat(one, group, 1, first.member) == REBALANCE_IN_PROGRESS, "the rebalance")
        equal(sync(one, group, 1, first.member)[0], REBALANCE_IN_PROGRESS, "error of the sync")


@check("leaving ends a membership; leaving as nobody is UNKNOWN_MEMBER_ID for that member alone")
def leaving(context):
    group = context.unique("group")
    with Wire(context.shared) as wire:
        alone = stable_alone(wire, group)
        error, members = leave(wire, group, [("nobody", None), (alone.member, None)])
        equal(error, NONE, "error of the answer")
        equal(members, {("nobody", None): UNKNOWN_MEMBER_ID, (alone.member, None): NONE}, "errors by member")
        equal(heartbeat(wire, group, alone.generation, alone.member), UNKNOWN_MEMBER_ID, "heartbeat afterwards")


@check("a member that falls silent is removed when its session ends, not before")
def session_ends(context):
    group = context.unique("group")
    with Wire(context.shared) as one:
        alone = join_new(one, group, session_ms=6_000)
        sync(one, group, alone.generation, alone.member, assignments=[(alone.member, b"")])
        started = time.monotonic()
        eventually(lambda: context.admin.describe_group(group) == ("Empty", 0), "the group empty", seconds=20)
        seconds = time.monotonic() - started
        assert seconds > 5, f"removed after {seconds:.1f} s of a 6 s session"
        equal(heartbeat(one, group, alone.generation, alone.member), UNKNOWN_MEMBER_ID, "heartbeat afterwards")


@check("an offset and its note are kept; an unknown partition has offset -1 and no error")
def commit_round_trip(context):
    topic, group = context.topic(), context.unique("group")
    with Wire(context.shared) as wire:
        equal(committed(wire, group, topic), (-1, "", NONE), "before any commit")
        equal(commit(wire, group, topic, 42, metadata="noté"), NONE, "error of the commit")
        equal(committed(wire, group, topic), (42, "noté", NONE), "the commit")
        equal(committed(wire, group, topic, partition=7), (-1, "", NONE), "a partition nobody committed")


@check("a commit with too long a note or to an unknown topic is refused")
def refused_commits(context):
    topic, group = context.topic(), context.unique("group")
    with Wire(context.shared) as wire:
        equal(commit(wire, group, topic, 1, metadata="x" * 4097), OFFSET_METADATA_TOO_LARGE, "a note of 4,097 bytes")
        equal(commit(wire, group, topic, 1, metadata="x" * 4096), NONE, "a note of 4,096 bytes")
        equal(commit(wire, group, context.unique("absent"), 1), UNKNOWN_TOPIC_OR_PARTITION, "unknown topic")
        equal(commit(wire, group, topic, 1, partition=9), UNKNOWN_TOPIC_OR_PARTITION, "unknown partition")


@check("a commit needs the right member and generation; it is taken before a rebalance ends, refused until the sync")
def commits_by_state(context):
    topic, group = context.topic(), context.unique("group")
    with Wire(context.shared) as one, Wire(context.shared) as two:
        first = stable_alone(one, group)
        equal(commit(one, group, topic, 1), UNKNOWN_MEMBER_ID, "a commit from outside of a live group")
        equal(commit(one, group, topic, 1, 9, first.member), ILLEGAL_GENERATION, "wrong generation")
        equal(commit(one, group, topic, 1, 1, "nobody"), UNKNOWN_MEMBER_ID, "wrong member")
        equal(commit(one, group, topic, 1, 1, first.member), NONE, "the right one")
        send_join(two, group, join(two, group).member)
        eventually(lambda: heartbeat(one, group, 1, first.member) == REBALANCE_IN_PROGRESS, "the rebalance")
        equal(commit(one, group, topic, 2, 1, first.member), NONE, "a commit before revocation")
        again = join(one, group, first.member)
        joined(two)
        equal(commit(one, group, topic, 3, again.generation, again.member), REBALANCE_IN_PROGRESS, "before the sync")
        equal(committed(one, group, topic)[0], 2, "offset that holds")


@check("a member that does not come back in a rebalance is removed when the rebalance timeout ends", limit_seconds=90)
def laggard(context):
    group = context.unique("group")
    with Wire(context.shared) as one, Wire(context.shared, timeout_seconds=60) as two:
        silent = join_new(one, group, protocols=RANGE, session_ms=6_000)
        sync(one, group, silent.generation, silent.member, assignments=[(silent.member, b"")])
        identity = join(two, group).member
        send_join(two, group, identity)
        answer = joined(two)
        equal((answer.error, answer.leader, set(answer.members)), (NONE, identity, {identity}), "the group without it")
