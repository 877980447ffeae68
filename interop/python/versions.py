"""Every version of every common API: encoded by kafka-python's message classes, sent, answered, decoded to the end."""

from types import SimpleNamespace as Fields

from kafka.protocol import admin, consumer, metadata, producer

from batches import batch
from codes import (
    API_VERSIONS, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, GROUP_ID_NOT_FOUND, MEMBER_ID_REQUIRED, NONE,
    NOT_COORDINATOR, UNKNOWN_MEMBER_ID,
)
from group_requests import RANGE
from registry import check, equal, eventually
from wire import Wire

TOPIC_RESOURCE = 2


class Place:
    """What the requests are about: a topic with one record, and a group that is new for each request."""

    def __init__(self, context):
        self.context = context
        self.topic = context.topic()
        (described,) = context.administration("kafka-python").client.describe_topics([self.topic])
        self.topic_id = described["topic_id"]
        with Wire(context.shared) as wire:
            equal(wire.produce(self.topic, batch([b"one"])), (NONE, 0), "the record")

    def new(self):
        """A name that nothing has."""
        return self.context.unique("version")

    def named(self, **fields):
        """The topic by name and by id: a version sends the one that it has."""
        return Fields(name=self.topic, topic=self.topic, topic_id=self.topic_id, **fields)


def produce(place, _):
    partition = Fields(index=0, records=batch([b"more"]))
    topics = [place.named(partition_data=[partition])]
    return producer.ProduceRequest(transactional_id=None, acks=-1, timeout_ms=5000, topic_data=topics)


def fetch(place, _):
    partition = Fields(
        partition=0, current_leader_epoch=-1, fetch_offset=0, last_fetched_epoch=-1, log_start_offset=-1,
        partition_max_bytes=10_000, replica_directory_id=None, high_watermark=2**63 - 1,
    )
    return consumer.FetchRequest(
        cluster_id=None, replica_id=-1, replica_state=Fields(replica_id=-1, replica_epoch=-1), max_wait_ms=100,
        min_bytes=1, max_bytes=10_000, isolation_level=0, session_id=0, session_epoch=-1,
        topics=[place.named(partitions=[partition])], forgotten_topics_data=[], rack_id="",
    )


def list_offsets(place, _):
    partition = Fields(partition_index=0, current_leader_epoch=-1, timestamp=-1)
    topics = [place.named(partitions=[partition])]
    return consumer.ListOffsetsRequest(replica_id=-1, isolation_level=0, topics=topics, timeout_ms=5000)


def cluster_metadata(place, version):
    return metadata.MetadataRequest(
        topics=[Fields(topic_id=None, name=place.topic)], allow_auto_topic_creation=version < 4,
        include_cluster_authorized_operations=False, include_topic_authorized_operations=False,
    )


def commit(place, _):
    partition = Fields(
        partition_index=0, committed_offset=1, committed_leader_epoch=-1, commit_timestamp=-1, committed_metadata="note"
    )
    return consumer.OffsetCommitRequest(
        group_id=place.new(), generation_id_or_member_epoch=-1, member_id="", group_instance_id=None,
        retention_time_ms=-1, topics=[place.named(partitions=[partition])],
    )


def committed(place, _):
    group, topics = place.new(), [place.named(partition_indexes=[0])]
    groups = [Fields(group_id=group, member_id=None, member_epoch=-1, topics=topics)]
    return consumer.OffsetFetchRequest(group_id=group, topics=topics, groups=groups, require_stable=False)


def find_coordinator(place, _):
    group = place.new()
    return metadata.FindCoordinatorRequest(key=group, key_type=0, coordinator_keys=[group])


def join(place, _):
    protocols = [Fields(name=name, metadata=content) for name, content in RANGE]
    return consumer.JoinGroupRequest(
        group_id=place.new(), session_timeout_ms=10_000, rebalance_timeout_ms=10_000, member_id="",
        group_instance_id=None, protocol_type="consumer", protocols=protocols, reason=None,
    )


def heartbeat(place, _):
    return consumer.HeartbeatRequest(group_id=place.new(), generation_id=1, member_id="nobody", group_instance_id=None)


def leave(place, _):
    members = [Fields(member_id="nobody", group_instance_id=None, reason=None)]
    return consumer.LeaveGroupRequest(group_id=place.new(), member_id="nobody", members=members)


def sync(place, _):
    return consumer.SyncGroupRequest(
        group_id=place.new(), generation_id=1, member_id="nobody", group_instance_id=None, protocol_type="consumer",
        protocol_name="range", assignments=[],
    )


def describe_groups(place, _):
    return admin.DescribeGroupsRequest(groups=[place.new()], include_authorized_operations=False)


def list_groups(*_):
    return admin.ListGroupsRequest(states_filter=[], types_filter=[])


def create_topics(place, _):
    configs = [Fields(name="retention.ms", value="100000")]
    topic = Fields(name=place.new(), num_partitions=1, replication_factor=1, assignments=[], configs=configs)
    return admin.CreateTopicsRequest(topics=[topic], timeout_ms=5000, validate_only=False)


def delete_topics(place, _):
    name = place.new()
    place.context.admin.create_topic(name)
    place.context.await_partitions(name, 1)
    topics = [Fields(name=name, topic_id=None)]
    return admin.DeleteTopicsRequest(topics=topics, topic_names=[name], timeout_ms=5000)


def create_partitions(place, _):
    name = place.new()
    place.context.admin.create_topic(name)
    place.context.await_partitions(name, 1)
    topics = [Fields(name=name, count=2, assignments=None)]
    return admin.CreatePartitionsRequest(topics=topics, timeout_ms=5000, validate_only=False)


def delete_records(place, _):
    topics = [place.named(partitions=[Fields(partition_index=0, offset=0)])]
    return admin.DeleteRecordsRequest(topics=topics, timeout_ms=5000)


def init_producer_id(*_):
    return producer.InitProducerIdRequest(
        transactional_id=None, transaction_timeout_ms=60_000, producer_id=-1, producer_epoch=-1, enable2_pc=False,
        keep_prepared_txn=False,
    )


def describe_configs(place, _):
    resource = Fields(resource_type=TOPIC_RESOURCE, resource_name=place.topic, configuration_keys=None)
    return admin.DescribeConfigsRequest(resources=[resource], include_synonyms=True, include_documentation=False)


def alter_configs(place, _):
    resource = Fields(
        resource_type=TOPIC_RESOURCE, resource_name=place.topic, configs=[Fields(name="retention.ms", value="1000")]
    )
    return admin.AlterConfigsRequest(resources=[resource], validate_only=True)


def alter_configs_incrementally(place, _):
    configs = [Fields(name="retention.ms", config_operation=0, value="1000")]
    resource = Fields(resource_type=TOPIC_RESOURCE, resource_name=place.topic, configs=configs)
    return admin.IncrementalAlterConfigsRequest(resources=[resource], validate_only=True)


def describe_log_dirs(place, _):
    return admin.DescribeLogDirsRequest(topics=[place.named(partitions=[0])])


def delete_groups(place, _):
    return admin.DeleteGroupsRequest(groups_names=[place.new()])


def describe_cluster(*_):
    return admin.DescribeClusterRequest(
        include_cluster_authorized_operations=False, endpoint_type=1, include_fenced_brokers=False
    )


def describe_topic_partitions(place, _):
    return admin.DescribeTopicPartitionsRequest(topics=[place.named()], response_partition_limit=10, cursor=None)


# Builder by API key, and the errors that its answer may carry: the groups and members asked for do not exist.
REQUESTS = {
    0: (produce, {NONE}),
    1: (fetch, {NONE}),
    2: (list_offsets, {NONE}),
    3: (cluster_metadata, {NONE}),
    8: (commit, {NONE}),
    9: (committed, {NONE}),
    10: (find_coordinator, {NONE}),
    11: (join, {NONE, MEMBER_ID_REQUIRED}),
    12: (heartbeat, {UNKNOWN_MEMBER_ID}),
    13: (leave, {NONE, UNKNOWN_MEMBER_ID}),
    14: (sync, {UNKNOWN_MEMBER_ID}),
    15: (describe_groups, {NONE, GROUP_ID_NOT_FOUND}),
    16: (list_groups, {NONE}),
    19: (create_topics, {NONE}),
    20: (delete_topics, {NONE}),
    21: (delete_records, {NONE}),
    22: (init_producer_id, {NONE}),
    32: (describe_configs, {NONE}),
    33: (alter_configs, {NONE}),
    35: (describe_log_dirs, {NONE}),
    37: (create_partitions, {NONE}),
    42: (delete_groups, {GROUP_ID_NOT_FOUND}),
    44: (alter_configs_incrementally, {NONE}),
    60: (describe_cluster, {NONE}),
    75: (describe_topic_partitions, {NONE}),
}
COORDINATOR_COMES = {COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR}
FIRST_ACCEPTED = {0: 3}  # Produce is advertised from 0 and accepted from 3, as in Kafka (KAFKA-18659)


def error_codes(value):
    """Every error code anywhere in a decoded answer."""
    if isinstance(value, dict):
        own = {content for name, content in value.items() if name == "error_code"}
        return own.union(*(error_codes(content) for content in value.values()))
    if isinstance(value, list):
        return set().union(*(error_codes(content) for content in value))
    return set()


def exchange(context, request, version):
    """Sends one request and decodes the whole answer."""
    request.API_VERSION = version
    request.with_header(correlation_id=1, client_id="interop")
    name = type(request).__name__.replace("Request", "Response")
    response = next(getattr(module, name) for module in (admin, consumer, metadata, producer) if hasattr(module, name))
    with Wire(context.shared) as wire:
        wire.send_frame(request.encode(version=version, header=True))
        answer = wire.receive()
    if response.flexible_version_q(version):
        equal(answer.i8(), 0, "tagged fields in the header")
    content = answer.content[answer.position:]
    decoded = response.decode(content, version=version)
    # Encoding it again shows that nothing was left over and nothing missing.
    equal(len(decoded.encode()), len(content), f"bytes of the answer in version {version}")
    return decoded.to_dict()


APIS = [{"key": key, "name": build.__name__.replace("_", " ")} for key, (build, _) in REQUESTS.items()]


@check("API {key} ({name}): every advertised version is answered in that version", over=APIS, limit_seconds=90)
def every_version(context, key, **_):
    build, expected = REQUESTS[key]
    place = Place(context)
    with Wire(context.shared) as wire:
        answer = wire.call(API_VERSIONS, 2, b"")
        answer.i16()
        ranges = dict(answer.array(lambda: (answer.i16(), (answer.i16(), answer.i16()))))
    low, high = ranges[key]
    low, high = max(low, FIRST_ACCEPTED.get(key, 0)), min(high, build(place, low).max_version)
    for version in range(low, high + 1):

        def answered():
            found = exchange(context, build(place, version), version)
            codes = error_codes(found)
            # A coordinator may have to be found or to load first.
            if codes & COORDINATOR_COMES:
                return False
            assert codes <= expected, f"version {version} answered {found}"
            return True

        eventually(answered, f"an answer to version {version}")
