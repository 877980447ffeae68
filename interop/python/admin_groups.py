"""Groups as an administrator sees them: list, describe, offsets, alter, delete."""

from kafka import TopicPartition, errors

from clients import ADMIN_CLIENTS
from group_offsets import assignor_of
from members import partitions_of, settled, start_member
from records import plain
from registry import check, equal, eventually, refused_with

EACH = [{"client": client} for client in ADMIN_CLIENTS]


@check("{client} lists, describes and is refused to delete a group that has members; then deletes it", over=EACH,
       limit_seconds=90)
def life(context, client):
    verbs, topic, group = context.administration(client), context.topic(2), context.unique("group")
    context.clients["confluent-kafka"].produce(topic, plain(4))
    member = start_member(context, client, group, topic, assignor_of(client))
    settled([member], partitions_of(topic, 2))
    eventually(lambda: verbs.describe_group(group) == ("Stable", 1), "the group stable with one member")
    assert group in verbs.groups(), "the group is not listed"
    with refused_with("NON_EMPTY_GROUP"):
        verbs.delete_group(group)
    eventually(lambda: len(member.records) == 4, "all records read")
    member.commit()
    member.leave()
    eventually(lambda: verbs.describe_group(group) == ("Empty", 0), "the group empty")
    equal(verbs.group_offsets(group)[(topic, 0)], 4, "committed offset")
    verbs.delete_group(group)
    eventually(lambda: group not in verbs.groups(), "the group gone from the list")


@check("{client} sets a group's offsets and a member starts there", over=EACH, limit_seconds=90)
def alter_offsets(context, client):
    verbs, topic, group = context.administration(client), context.topic(), context.unique("group")
    context.clients["confluent-kafka"].produce(topic, plain(10))
    verbs.set_group_offset(group, topic, 0, 6)
    eventually(lambda: verbs.group_offsets(group).get((topic, 0)) == 6, "the offset that was set")
    member = start_member(context, client, group, topic, assignor_of(client))
    eventually(lambda: len(member.records) == 4, "four records read")
    equal([record[2] for record in member.records], [6, 7, 8, 9], "offsets read")


@check("{client} is refused to alter the offsets of a group that has members",
       over=[{"client": client} for client in ("confluent-kafka", "kafka-python")], limit_seconds=90)
def alter_live_group(context, client):
    verbs, topic, group = context.administration(client), context.topic(), context.unique("group")
    member = start_member(context, client, group, topic, "range")
    settled([member], partitions_of(topic, 1))
    with refused_with("UNKNOWN_MEMBER_ID"):
        verbs.set_group_offset(group, topic, 0, 1)


@check("{client} deletes an unknown group: GROUP_ID_NOT_FOUND", over=EACH)
def delete_unknown(context, client):
    with refused_with("GROUP_ID_NOT_FOUND"):
        context.administration(client).delete_group(context.unique("absent"))


@check("{client} asks for the offsets of an unknown group and gets none, without an error", over=EACH)
def offsets_of_unknown(context, client):
    found = context.administration(client).group_offsets(context.unique("absent"))
    equal({where: offset for where, offset in found.items() if offset >= 0}, {}, "offsets")


@check("offsets of a topic that the group has left can be deleted, those it reads cannot", limit_seconds=90)
def delete_offsets(context):
    verbs = context.administration("kafka-python")
    read, left, group = context.topic(), context.topic(), context.unique("group")
    verbs.set_group_offset(group, left, 0, 0)
    verbs.set_group_offset(group, read, 0, 0)
    member = start_member(context, "kafka-python", group, read, "range")
    settled([member], partitions_of(read, 1))
    answer = verbs.client.delete_group_offsets(group, [TopicPartition(left, 0), TopicPartition(read, 0)])
    equal(
        {where.topic: error for where, error in answer.items()},
        {left: errors.NoError, read: errors.GroupSubscribedToTopicError},
        "errors by topic",
    )
    equal(verbs.group_offsets(group), {(read, 0): 0}, "offsets that are left")
