/* Work that librdkafka's own performance program cannot do, done with librdkafka.
 *
 * usage: librdkafka produce|consume|latency|transact BOOTSTRAP TOPIC RECORDS SIZE ACKS
 *   produce, consume   the peer of the native client, on partition 0 of the same broker
 *   latency            10,000 records a second to a consumer of the same process: from when a record was due to its arrival
 *   transact           transactions of 100 records, one after the other: from begin to committed
 * prints: one JSON object with records, failed, seconds, user_seconds, system_seconds of this process,
 *         and for the last two p50_ms, p99_ms, p999_ms
 */
#define _GNU_SOURCE
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define RECORDS_PER_SECOND 10000
#define RECORDS_PER_TRANSACTION 100

static long failed;

/* Microseconds that each record or transaction took. */
static unsigned *taken;
static long taken_count;

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

static void fail(const char *what, rd_kafka_error_t *error) {
    fprintf(stderr, "%s: %s\n", what, error ? rd_kafka_error_string(error) : "gave up");
    exit(1);
}

static void check(const char *what, rd_kafka_error_t *error) {
    if (error)
        fail(what, error);
}

/* One transaction after the other; each is timed from its begin to the answer to its commit. */
static void transact(rd_kafka_t *client, const char *topic, long records, size_t size) {
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    char *value = malloc(size);
    memset(value, 'x', size);
    for (long sent = 0; sent < records; sent += RECORDS_PER_TRANSACTION) {
        double begun = now();
        check("begin_transaction", rd_kafka_begin_transaction(client));
        for (int i = 0; i < RECORDS_PER_TRANSACTION; i++)
            if (rd_kafka_produce(handle, 0, RD_KAFKA_MSG_F_COPY, value, size, NULL, 0, NULL) != 0)
                failed++;
        check("commit_transaction", rd_kafka_commit_transaction(client, 60000));
        taken[taken_count++] = (unsigned)((now() - begun) * 1e6);
        rd_kafka_poll(client, 0);
    }
    free(value);
    rd_kafka_topic_destroy(handle);
}

struct arrivals {
    const char *bootstrap, *topic;
    long records;
};

/* Reads the topic from its beginning; a record carries the time at which it was due. */
static void *arrive(void *argument) {
    struct arrivals *wanted = argument;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", wanted->bootstrap);
    set(conf, "group.id", "bench");
    set(conf, "enable.auto.commit", "false");
    set(conf, "socket.nagle.disable", "true");
    char error[512];
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client)
        fail(error, NULL);
    rd_kafka_topic_partition_list_t *assignment = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(assignment, wanted->topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client, assignment);
    rd_kafka_topic_partition_list_destroy(assignment);
    double deadline = now() + 120;
    for (long seen = 0; seen < wanted->records;) {
        if (now() > deadline)
            fail("the records did not arrive", NULL);
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 100);
        if (!message)
            continue;
        if (!message->err) {
            double due;
            memcpy(&due, message->payload, sizeof due);
            /* The first second is for connections and caches. */
            if (++seen > RECORDS_PER_SECOND)
                taken[taken_count++] = (unsigned)((now() - due) * 1e6);
        }
        rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return NULL;
}

/* Sends ten records each millisecond. A late one counts from when it was due, not from when it was sent. */
static void paced(rd_kafka_t *client, const char *bootstrap, const char *topic, long records, size_t size) {
    struct arrivals wanted = {bootstrap, topic, records};
    pthread_t reader;
    pthread_create(&reader, NULL, arrive, &wanted);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    size = size < sizeof(double) ? sizeof(double) : size;
    char *value = malloc(size);
    memset(value, 'x', size);
    double started = now();
    for (long sent = 0; sent < records; sent++) {
        if (sent % (RECORDS_PER_SECOND / 1000) == 0) {
            double due = started + (double)sent / RECORDS_PER_SECOND;
            memcpy(value, &due, sizeof due);
            double left = due - now();
            if (left > 0) {
                struct timespec pause = {0, (long)(left * 1e9)};
                nanosleep(&pause, NULL);
            }
            rd_kafka_poll(client, 0);
        }
        if (rd_kafka_produce(handle, 0, RD_KAFKA_MSG_F_COPY, value, size, NULL, 0, NULL) != 0)
            fail("produce", NULL);
    }
    rd_kafka_flush(client, 120000);
    pthread_join(reader, NULL);
    free(value);
    rd_kafka_topic_destroy(handle);
}

static int ascending(const void *one, const void *other) {
    unsigned a = *(const unsigned *)one, b = *(const unsigned *)other;
    return a < b ? -1 : a > b;
}

static double percentile_ms(double share) {
    return taken_count ? taken[(long)((double)(taken_count - 1) * share)] / 1000.0 : 0;
}

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: %s produce|consume|latency|transact BOOTSTRAP TOPIC RECORDS SIZE ACKS\n", argv[0]);
        return 2;
    }
    const char *work = argv[1];
    int consuming = strcmp(work, "consume") == 0;
    long records = atol(argv[4]);
    size_t size = (size_t)atol(argv[5]);
    taken = malloc(sizeof *taken * (size_t)(records + 1));
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[2]);
    if (consuming) {
        set(conf, "group.id", "bench");
        set(conf, "enable.auto.commit", "false");
    } else {
        int at_once = strcmp(work, "produce") != 0;
        set(conf, "acks", argv[6]);
        set(conf, "linger.ms", at_once ? "0" : "5");
        set(conf, "batch.size", "65536");
        set(conf, "queue.buffering.max.messages", "1000000");
        set(conf, "socket.nagle.disable", at_once ? "true" : "false");
        if (strcmp(work, "transact") == 0)
            set(conf, "transactional.id", argv[3]);
        rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    }
    char error[512];
    rd_kafka_t *client = rd_kafka_new(consuming ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (!client) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    if (strcmp(work, "transact") == 0)
        check("init_transactions", rd_kafka_init_transactions(client, 60000));
    double started = now();
    if (consuming)
        records = consume(client, argv[3], records);
    else if (strcmp(work, "transact") == 0)
        transact(client, argv[3], records, size);
    else if (strcmp(work, "latency") == 0)
        paced(client, argv[2], argv[3], records, size);
    else
        produce(client, argv[3], records, size);
    double took = now() - started;
    rd_kafka_destroy(client);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"records\":%ld,\"failed\":%ld,\"seconds\":%.4f,\"user_seconds\":%.4f,\"system_seconds\":%.4f", records,
           failed, took, seconds_of(usage.ru_utime), seconds_of(usage.ru_stime));
    if (taken_count) {
        qsort(taken, (size_t)taken_count, sizeof *taken, ascending);
        printf(",\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f", percentile_ms(0.5), percentile_ms(0.99),
               percentile_ms(0.999));
    }
    printf("}\n");
    return failed ? 1 : 0;
}
