"""The group requests of the classic protocol by hand, in versions before the compact encodings."""

from dataclasses import dataclass

from codes import HEARTBEAT, JOIN_GROUP, LEAVE_GROUP, OFFSET_COMMIT, OFFSET_FETCH, SYNC_GROUP
from wire import array, blob, i16, i32, i64, string

SESSION_MS = 30_000


def subscription(note):
    """A member's metadata: version, no topics, user data. Apache Kafka looks inside, so it has to be well-formed."""
    return i16(0) + array() + blob(note)


RANGE = (("range", subscription(b"range")),)


@dataclass(frozen=True)
class Joined:
    """An answer to JoinGroup; only the leader is given the members."""

    error: int
    generation: int
    protocol: str
    leader: str
    member: str
    members: dict


def send_join(
    wire, group, member="", instance=None, protocols=RANGE, version=5, session_ms=SESSION_MS, kind="consumer"
):
    """Sends JoinGroup (version 3 or 5), which the broker may park."""
    offered = array(*(string(name) + blob(metadata) for name, metadata in protocols))
    named = string(instance) if version >= 5 else b""
    head = string(group) + i32(session_ms) + i32(SESSION_MS) + string(member) + named
    wire.send(JOIN_GROUP, version, head + string(kind) + offered)


def joined(wire, version=5):
    """Reads the answer to JoinGroup."""
    answer = wire.receive()
    answer.i32()
    error, generation, protocol = answer.i16(), answer.i32(), answer.string()
    leader, member = answer.string(), answer.string()

    def one():
        name = answer.string()
        if version >= 5:
            answer.string()
        return name, answer.blob()

    return Joined(error, generation, protocol, leader, member, dict(answer.array(one)))


def join(wire, group, member="", version=5, **options):
    """Joins and waits for the answer."""
    send_join(wire, group, member, version=version, **options)
    return joined(wire, version)


def join_new(wire, group, **options):
    """Joins as a member that does not exist yet: asks for its id, then joins with it."""
    return join(wire, group, member=join(wire, group, **options).member, **options)


def send_sync(wire, group, generation, member, instance=None, assignments=()):
    """Sends SyncGroup v3; `assignments` are (member, bytes) pairs, given by the leader alone."""
    given = array(*(string(name) + blob(content) for name, content in assignments))
    wire.send(SYNC_GROUP, 3, string(group) + i32(generation) + string(member) + string(instance) + given)


def synced(wire):
    """Reads the answer to SyncGroup: error and assignment."""
    answer = wire.receive()
    answer.i32()
    return answer.i16(), answer.blob()


def sync(wire, group, generation, member, instance=None, assignments=()):
    """Synchronises and waits for the answer."""
    send_sync(wire, group, generation, member, instance, assignments)
    return synced(wire)


def heartbeat(wire, group, generation, member, instance=None):
    """Error of one heartbeat."""
    answer = wire.call(HEARTBEAT, 3, string(group) + i32(generation) + string(member) + string(instance))
    answer.i32()
    return answer.i16()


def leave(wire, group, members):
    """Takes (member id, instance id) pairs out of the group; returns the error and the error by pair."""
    answer = wire.call(LEAVE_GROUP, 3, string(group) + array(*(string(one) + string(two) for one, two in members)))
    answer.i32()
    error = answer.i16()
    return error, {(one, two): code for one, two, code in answer.array(
        lambda: (answer.string(), answer.string(), answer.i16()))}


def commit(wire, group, topic, offset, generation=-1, member="", metadata="", partition=0):
    """Error of committing one offset."""
    place = array(string(topic) + array(i32(partition) + i64(offset) + i32(-1) + string(metadata)))
    answer = wire.call(OFFSET_COMMIT, 7, string(group) + i32(generation) + string(member) + string(None) + place)
    answer.i32()
    answer.i32()
    answer.string()
    answer.i32()
    answer.i32()
    return answer.i16()


def committed(wire, group, topic, partition=0):
    """Offset, metadata and error of one partition."""
    answer = wire.call(OFFSET_FETCH, 5, string(group) + array(string(topic) + array(i32(partition))))
    answer.i32()
    answer.i32()
    answer.string()
    answer.i32()
    answer.i32()
    offset, _, metadata, error = answer.i64(), answer.i32(), answer.string(), answer.i16()
    return offset, metadata, error
