#!/usr/bin/env bash
# Runs the client's integration tests against Apache Kafka: scripts/kafka fetches it and starts a temporary KRaft
# node on a free port of the loopback interface; then the tests, then it stops. Arguments go to the test binary.
#
# Needs bash, java 17 or later, mvn and cargo. TIDEMILL_KAFKA_LIBS names a folder to keep the jars in.
set -euo pipefail

script=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../scripts" && pwd)/kafka
work=$(mktemp -d)
kafka=

stop() {
  if [ -n "$kafka" ]; then
    kill "$kafka" 2>/dev/null || true
    wait "$kafka" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT

fail() {
  echo "test-kafka: $1" >&2
  exit 1
}

command -v cargo >/dev/null || fail "cargo is not installed"

# Below the ports that the kernel gives to outgoing connections, one of which may come in between.
port=$((20000 + RANDOM % 12000))
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
  port=$((20000 + RANDOM % 12000))
done
"$script" format "$work" "$port" offsets.topic.num.partitions=4 group.initial.rebalance.delay.ms=0
"$script" serve "$work" >"$work/kafka.log" 2>&1 &
kafka=$!

for ((second = 0; ; second++)); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    break
  fi
  kill -0 "$kafka" 2>/dev/null || {
    tail -n 30 "$work/kafka.log" >&2
    fail "Apache Kafka ended while it started"
  }
  [ "$second" -lt 60 ] || fail "Apache Kafka did not listen on 127.0.0.1:$port within 60 s"
  sleep 1
done

echo "test-kafka: Apache Kafka listens on 127.0.0.1:$port"
TIDEMILL_TEST_BOOTSTRAP="127.0.0.1:$port" cargo test -p tidemill-client --test client -- "$@"
