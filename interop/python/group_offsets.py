"""What a group has read stays read: committed offsets and their resumption."""

from clients import CLIENTS
from members import all_read, partitions_of, settled, start_member
from records import plain
from registry import check, equal, eventually

EACH = [{"client": client} for client in CLIENTS]


def assignor_of(client):
    """The assignor that all clients have."""
    return "roundrobin" if client == "kafkajs" else "range"


def text(records):
    """The records' values as strings."""
    return [record.value.decode() for record in records]


@check("{client}: a group resumes at its committed offsets, a second group reads everything again", over=EACH,
       limit_seconds=120)
def resumes(context, client):
    topic, assignor = context.topic(partitions=2), assignor_of(client)
    group, other = context.unique("group"), context.unique("group")
    before, after = plain(50, "before"), plain(20, "after")
    writer = context.clients["confluent-kafka"]
    for partition in range(2):
        writer.produce(topic, before[partition * 25:][:25], partition=partition)

    first = start_member(context, client, group, topic, assignor)
    with context.step(f"{client}: a group reads all there is and its commit is kept"):
        all_read([first], text(before))
        first.commit()
        first.leave()
        wanted = {(topic, 0): 25, (topic, 1): 25}
        eventually(lambda: context.admin.group_offsets(group) == wanted, f"committed offsets {wanted}")

    for partition in range(2):
        writer.produce(topic, after[partition * 10:][:10], partition=partition)
    with context.step(f"{client}: a new member resumes at the committed offsets"):
        second = start_member(context, client, group, topic, assignor)
        all_read([second], text(after))
        equal(sorted(record[3] for record in second.records), sorted(text(after)), "records read after the resumption")
    with context.step(f"{client}: a second group reads everything again, each record once"):
        third = start_member(context, client, other, topic, assignor)
        all_read([third], text(before + after))
        equal(sorted(record[3] for record in third.records), sorted(text(before + after)), "records of the new group")


@check("{client}: two groups on one topic do not disturb each other", over=EACH, limit_seconds=90)
def independent_groups(context, client):
    topic, assignor, records = context.topic(partitions=2), assignor_of(client), plain(10)
    one, two = (start_member(context, client, context.unique("group"), topic, assignor) for _ in range(2))
    settled([one], partitions_of(topic, 2))
    settled([two], partitions_of(topic, 2))
    context.clients["confluent-kafka"].produce(topic, records, partition=1)
    all_read([one], text(records))
    all_read([two], text(records))
