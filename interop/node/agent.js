// Runs kafkajs on behalf of the Python checks: one JSON request a line in, one JSON answer a line out.
//
//   {"id": 7, "verb": "produce", "arguments": {...}}
//   {"id": 7, "result": ...}   or   {"id": 7, "error": "TOPIC_ALREADY_EXISTS", "message": "..."}
//
// Requests run side by side. Bytes travel as base64.

const readline = require('readline')
const { Kafka, logLevel } = require('kafkajs')
const { registerCodecs, TYPES } = require('./codecs')

const kafka = new Kafka({
  brokers: [process.argv[2]],
  clientId: 'interop-kafkajs',
  logLevel: logLevel.NOTHING,
  retry: { retries: 3, initialRetryTime: 100 },
})

const bytes = text => (text === null ? null : Buffer.from(text, 'base64'))
const text = bytes => (bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString('base64'))

// kafkajs keeps headers in an object; a key that occurs twice has an array.
function headersFrom(pairs) {
  const headers = {}
  for (const [key, value] of pairs) {
    if (key in headers) headers[key] = [].concat(headers[key], bytes(value))
    else headers[key] = bytes(value)
  }
  return headers
}

function headerPairs(headers) {
  return Object.entries(headers || {}).flatMap(([key, value]) => [].concat(value).map(one => [key, text(one)]))
}

async function produce({ topic, records, codec, acks, idempotent, partition }) {
  const producer = kafka.producer({ idempotent, allowAutoTopicCreation: true })
  await producer.connect()
  try {
    const messages = records.map(({ key, value, headers, timestamp }) => ({
      key: bytes(key),
      value: bytes(value),
      headers: headersFrom(headers),
      partition,
      ...(timestamp === null ? {} : { timestamp: String(timestamp) }),
    }))
    const [answer] = await producer.send({ topic, acks, compression: TYPES[codec], messages })
    return answer === undefined ? null : Number(answer.baseOffset)
  } finally {
    await producer.disconnect()
  }
}

// kafkajs reads only as a member of a group; the group is new, and the partition is sought after the join.
async function consume({ topic, group, count, offset, partition, timeoutMs }) {
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 200 })
  const found = []
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: offset !== 'latest' })
    await new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, timeoutMs)
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      consumer
        .run({
          autoCommit: false,
          eachMessage: async ({ partition: from, message }) => {
            if (from !== partition || found.length >= count) return
            found.push({
              key: text(message.key),
              value: text(message.value),
              headers: headerPairs(message.headers),
              timestamp: Number(message.timestamp),
              offset: Number(message.offset),
            })
            if (found.length === count) {
              clearTimeout(timer)
              resolve()
            }
          },
        })
        .catch(reject)
      if (typeof offset === 'number') consumer.seek({ topic, partition, offset: String(offset) })
    })
    return found
  } finally {
    await consumer.disconnect()
  }
}

async function administer({ method, argument }) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const result = await admin[method](argument)
    return result === undefined ? null : result
  } finally {
    await admin.disconnect()
  }
}

async function offsetAtTime({ topic, partition, timestamp }) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const found = await admin.fetchTopicOffsetsByTimestamp(topic, timestamp)
    return Number(found.find(entry => entry.partition === partition).offset)
  } finally {
    await admin.disconnect()
  }
}

// kafkajs finds the partition's leader only if the same client has asked for the topic before.
async function deleteRecords({ topic, partition, offset }) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset }] })
    const found = await admin.fetchTopicOffsets(topic)
    return Number(found.find(entry => entry.partition === partition).low)
  } finally {
    await admin.disconnect()
  }
}

// Errors of several topics or groups arrive wrapped; the first one inside has the broker's name.
function failure(error) {
  const inside = error.errors?.[0] || error.groups?.[0]?.error || error
  const cause = inside.cause || inside.originalError || inside
  return { error: inside.type || cause.type || inside.name || 'UNKNOWN', message: error.message }
}

const VERBS = { produce, consume, administer, offsetAtTime, deleteRecords }

async function main() {
  await registerCodecs()
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { id, verb, arguments: options } = JSON.parse(line)
    VERBS[verb](options)
      .then(result => ({ id, result }))
      .catch(error => ({ id, ...failure(error) }))
      .then(answer => process.stdout.write(`${JSON.stringify(answer)}\n`))
  }
  process.exit(0)
}

main()
