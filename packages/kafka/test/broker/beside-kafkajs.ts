/**
 * Reads and writes a topic by ordinary clients of kafkajs and by ours in one process, loading kafkajs or ours first.
 * Arguments: brokers, topic, `kafkajs` or `ours`. Prints what each of the two has read, as JSON.
 */
const [brokers = '', topic = '', first] = process.argv.slice(2)
const COUNT = 5

const load = {
  kafkajs: () => import('kafkajs'),
  ours: () => import('../../src/index.ts'),
}
if (first === 'kafkajs') await load.kafkajs()
else await load.ours()
const [{ CompressionTypes, Kafka, logLevel }, { kafkaLog }] = await Promise.all([load.kafkajs(), load.ours()])

const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'ordinary', logLevel: logLevel.ERROR })
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'ours' })

const theirProducer = kafka.producer()
await theirProducer.connect()
const messages = ['1', '2', '3'].map(value => ({ key: 'k', value, partition: 0 }))
await theirProducer.send({ topic, compression: CompressionTypes.GZIP, messages })
await theirProducer.disconnect()

const ourProducer = await log.producer(`${topic}-writer`)
await ourProducer.transact(['4', '5'].map(value => ({ topic, partition: 0, key: 'k', value })))
await ourProducer.close()

const theirs: string[] = []
const consumer = kafka.consumer({ groupId: `${topic}-group` })
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await new Promise<void>(resolve => {
  const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => {
    theirs.push(String(message.value))
    if (theirs.length === COUNT) resolve()
  }
  void consumer.run({ eachMessage })
})
await consumer.disconnect()

const ours: string[] = []
const { start, end } = await log.offsets(topic, 0)
for await (const records of log.read(topic, 0, start, end)) ours.push(...records.map(r => String(r.value)))
await log.close()

process.stdout.write(JSON.stringify({ theirs, ours }))
