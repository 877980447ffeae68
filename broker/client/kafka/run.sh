#!/usr/bin/env bash
# Runs the client's integration tests against Apache Kafka: fetches it from Maven Central, formats a temporary
# KRaft node on a free port of the loopback interface, tests, stops it. Arguments go to the test binary.
#
# Needs bash, java 17 or later, mvn and cargo. TIDEMILL_KAFKA_LIBS names a folder to keep the jars in.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
libs=${TIDEMILL_KAFKA_LIBS:-${XDG_CACHE_HOME:-$HOME/.cache}/tidemill/kafka-4.3.1}
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

for tool in java mvn cargo; do
  command -v "$tool" >/dev/null || fail "$tool is not installed"
done

if [ ! -e "$libs/complete" ]; then
  echo "test-kafka: fetching Apache Kafka 4.3.1 from Maven Central into $libs"
  mkdir -p "$libs"
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$libs" >"$work/mvn.log" 2>&1 || {
    tail -n 20 "$work/mvn.log" >&2
    fail "Apache Kafka could not be fetched: Maven Central is unreachable or refused"
  }
  touch "$libs/complete"
fi

# Two free ports: the listener the clients use and the controller's.
free_port() {
  local port
  while :; do
    # Below the ports that the kernel gives to outgoing connections, one of which may come in between.
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}
port=$(free_port)
controller=$(free_port)

cat >"$work/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:$controller
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
log.dirs=$work/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
PROPERTIES

java -cp "$libs/*" kafka.tools.StorageTool format --standalone -t "$(head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | tr -d '=')" \
  -c "$work/server.properties" >"$work/format.log" 2>&1 || {
  cat "$work/format.log" >&2
  fail "the storage folder could not be formatted"
}
java -Xmx1g -cp "$libs/*" kafka.Kafka "$work/server.properties" >"$work/kafka.log" 2>&1 &
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

echo "test-kafka: Apache Kafka 4.3.1 listens on 127.0.0.1:$port"
TIDEMILL_TEST_BOOTSTRAP="127.0.0.1:$port" cargo test -p tidemill-client --test client -- "$@"
