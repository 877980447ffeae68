/* What librdkafka's performance program takes from librdkafka's own source tree, so that it compiles unchanged from
 * the copy in Debian's librdkafka-dev (see scripts/bench): types, a clock and two macros, by their names there.
 */
#ifndef TIDEMILL_RD_H
#define TIDEMILL_RD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Microseconds. */
typedef int64_t rd_ts_t;

#define RD_MIN(a, b) ((a) < (b) ? (a) : (b))
#define RD_MAX(a, b) ((a) > (b) ? (a) : (b))
#define rd_snprintf(...) snprintf(__VA_ARGS__)

static inline rd_ts_t rd_clock(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (rd_ts_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

#endif
