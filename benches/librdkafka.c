/* The peer of the native client in the benchmark: librdkafka doing the same work on the same broker.
 *
 * usage: librdkafka produce|consume BOOTSTRAP TOPIC RECORDS SIZE ACKS
 * prints: one JSON object with records, seconds, user_seconds, system_seconds of this process
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static long failed;

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client;
    (void)opaque;
    if (message->err)
        failed++;
}

static double seconds_of(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void set(rd_kafka_conf_t *conf, const char *key, const char *value) {
    char error[512];
    if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
        fprintf(stderr, "%s=%s: %s\n", key, value, error);
        exit(1);
    }
}

static void produce(rd_kafka_t *client, const char *topic, long records, size_t size) {
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    char *value = malloc(size);
    memset(value, 'x', size);
    for (long sent = 0; sent < records;) {
        if (rd_kafka_produce(handle, 0, RD_KAFKA_MSG_F_COPY, value, size, NULL, 0, NULL) == 0) {
            sent++;
            if (sent % 1000 == 0)
                rd_kafka_poll(client, 0);
        } else {
            rd_kafka_poll(client, 10);
        }
    }
    rd_kafka_flush(client, 120000);
    free(value);
    rd_kafka_topic_destroy(handle);
}

static long consume(rd_kafka_t *client, const char *topic, long records) {
    rd_kafka_topic_partition_list_t *assignment = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(assignment, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client, assignment);
    rd_kafka_topic_partition_list_destroy(assignment);
    rd_kafka_poll_set_consumer(client);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    static rd_kafka_message_t *messages[10000];
    long seen = 0, bytes = 0;
    double deadline = now() + 120;
    while (seen < records && now() < deadline) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, 1000, messages, 10000);
        for (ssize_t i = 0; i < count; i++) {
            if (!messages[i]->err) {
                bytes += (long)messages[i]->len;
                seen++;
            }
            rd_kafka_message_destroy(messages[i]);
        }
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(client);
    return bytes > 0 ? seen : 0;
}

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: %s produce|consume BOOTSTRAP TOPIC RECORDS SIZE ACKS\n", argv[0]);
        return 2;
    }
    int producing = strcmp(argv[1], "produce") == 0;
    long records = atol(argv[4]);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[2]);
    if (producing) {
        set(conf, "acks", argv[6]);
        set(conf, "linger.ms", "5");
        set(conf, "batch.size", "65536");
        set(conf, "queue.buffering.max.messages", "1000000");
        rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    } else {
        set(conf, "group.id", "bench");
        set(conf, "enable.auto.commit", "false");
    }
    char error[512];
    rd_kafka_t *client = rd_kafka_new(producing ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    double started = now();
    if (producing)
        produce(client, argv[3], records, (size_t)atol(argv[5]));
    else
        records = consume(client, argv[3], records);
    double took = now() - started;
    rd_kafka_destroy(client);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"records\":%ld,\"failed\":%ld,\"seconds\":%.4f,\"user_seconds\":%.4f,\"system_seconds\":%.4f}\n", records,
           failed, took, seconds_of(usage.ru_utime), seconds_of(usage.ru_stime));
    return failed ? 1 : 0;
}
