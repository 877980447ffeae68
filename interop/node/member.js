// One kafkajs member of a consumer group in a process of its own, so that it can die without leaving.
// Events and commands are those of python/member.py.

const readline = require('readline')
const { Kafka, logLevel } = require('kafkajs')
const { registerCodecs } = require('./codecs')

const SESSION_MS = 6000
const HEARTBEAT_MS = 500
const METADATA_MS = 1000

const emit = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)

async function main() {
  const options = JSON.parse(process.argv[2])
  await registerCodecs()
  const retry = { initialRetryTime: 100 }
  const kafka = new Kafka({ brokers: [options.bootstrap], logLevel: logLevel.NOTHING, retry })
  const consumer = kafka.consumer({
    groupId: options.group,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    metadataMaxAge: METADATA_MS,
    maxWaitTimeInMs: 200,
    rebalanceTimeout: 10000,
  })
  const next = new Map() // next offset to commit, by topic and partition

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map(number => [topic, number]),
    )
    emit('assignment', { partitions: partitions.sort((a, b) => a[1] - b[1]) })
  })
  consumer.on(consumer.events.REBALANCING, () => emit('revoked', { partitions: [] }))
  consumer.on(consumer.events.CRASH, ({ payload }) => emit('error', { text: String(payload.error) }))

  await consumer.connect()
  await consumer.subscribe({ topics: options.topics, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, partition, message }) => {
      next.set(`${topic} ${partition}`, { topic, partition, offset: String(BigInt(message.offset) + 1n) })
      const value = message.value.toString()
      emit('record', { topic, partition, offset: Number(message.offset), value })
    },
  })

  for await (const command of readline.createInterface({ input: process.stdin })) {
    if (command === 'commit') {
      await consumer.commitOffsets([...next.values()])
      emit('committed')
    } else if (command === 'close') {
      await consumer.disconnect()
      emit('closed')
      process.exit(0)
    }
  }
  process.exit(1) // whoever started this process is gone
}

main()
