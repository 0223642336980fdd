import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { kafkaLog } from '@candlewick/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { NotPossible } from '../../tools/broker/broker.ts'
import { ownedProcess } from '../../tools/broker/index.ts'
import { kafkaJars } from '../../tools/broker/kafka-jars.ts'
import { propertiesText } from '../../tools/broker/kafka-node.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { ServiceProcess } from './process.ts'
import { readTopic } from './topics.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAIRS = ['A/B', 'C/D', 'E/F']
const PARTITIONS = 3
/** Seconds with one trade each; the last trade closes the windows before it. */
const SECONDS = 60
/** A record whose transaction is aborted, so that no reader of committed records sees it. */
const ABORTED = '{"pair":"A/B","interval":"aborted"}'
const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'recipes-without-code-test' })
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const prefix = `without-code-${process.pid}-`
const topic = `${prefix}candles`
const run = promisify(execFile)
const hasKcat = spawnSync('kcat', ['-V']).status === 0
if (!hasKcat)
  console.warn("The recipe for kcat in docs/topics.md is not tested here: Debian's package kcat is not installed")
const jars = await kafkaJars(console.warn, 'connect').catch((error: Error) => {
  if (!(error instanceof NotPossible)) throw error
  console.warn(`The recipe for Kafka Connect in docs/topics.md is not tested here: ${error.message}`)
  return undefined
})

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
afterAll(() => log.close())

/** Writes a row to every partition in a transaction that is aborted. */
async function abortRows(): Promise<void> {
  const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true })
  await producer.connect()
  const transaction = await producer.transaction()
  const messages = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, key: 'A/B', value: ABORTED }))
  await transaction.send({ topic, messages })
  await transaction.abort()
  await producer.disconnect()
}

async function writeTrades(): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  const messages = PAIRS.flatMap(pair =>
    Array.from({ length: SECONDS + 1 }, (_, i) => {
      const timestamp_ms = 1_767_225_600_000 + i * 1000
      const trade = { pair, trade_id: i + 1, side: 'buy', price: 1 + i / 7, qty: 1e-7 * (i + 1), timestamp_ms }
      return { key: pair, value: JSON.stringify(trade) }
    }),
  )
  await producer.send({ topic: `${prefix}trades`, messages })
  await producer.disconnect()
}

/** All values of the topic that a consumer of committed records receives, null for a control record. */
async function committedValues(): Promise<(string | null)[]> {
  const values: (string | null)[] = []
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const { start, end } = await log.offsets(topic, partition)
    for await (const records of log.read(topic, partition, start, end))
      values.push(...records.map(({ value }) => (value === null ? null : String(value))))
  }
  return values
}

describe.skipIf(!hasKcat && !jars)('of the recipes of docs/topics.md', () => {
  let rows: string[] = []
  let controls = 0

  beforeAll(async () => {
    const env = { KAFKA_BROKERS: brokers, TOPIC_PREFIX: prefix, PARTITIONS: `${PARTITIONS}`, CANDLE_INTERVALS: '1s,5s' }
    const service = new ServiceProcess('candles', env)
    try {
      await service.ready()
      await abortRows()
      await writeTrades()
      const count = PAIRS.length * (SECONDS + SECONDS / 5)
      const closed = async () => expect(await readTopic(log, topic)).toHaveLength(count)
      await vi.waitFor(closed, { timeout: 90_000, interval: 200 })
    } finally {
      await service.stop()
    }
    const values = await committedValues()
    rows = values.filter(value => value !== null).sort()
    controls = values.length - rows.length
    // Without control records the tests below would not show that they are dropped.
    expect(controls).toBeGreaterThanOrEqual(PAIRS.length)
  })

  it.skipIf(!hasKcat)(
    'the command line of kcat prints every committed candle once, and no control record',
    async () => {
      const documented = /^ {4}(kcat .*)$/m.exec(readFileSync(join(ROOT, 'docs/topics.md'), 'utf8'))![1]!
      const command = documented.replace('localhost:19092', brokers).replace('-t candles', `-t ${topic}`)
      const linesOf = async (line: string) => (await run('sh', ['-c', line])).stdout.trimEnd().split('\n').sort()
      expect(await linesOf(command)).toEqual(rows)
      const uncommitted = await linesOf(command.replace('read_committed', 'read_uncommitted'))
      expect(uncommitted).toEqual([...rows, ...Array<string>(PARTITIONS).fill(ABORTED)].sort())
    },
  )

  it.skipIf(!jars)('Kafka Connect writes every committed candle once to a file, and no control record', async () => {
    const folder = temporaryFolder()
    const example = (name: string) => readFileSync(join(ROOT, 'examples/kafka-connect', name), 'utf8')
    /** The later value of a property counts. @returns the file's path */
    const write = (name: string, text: string, own: Readonly<Record<string, string>>) => {
      writeFileSync(join(folder, name), `${text}\n${propertiesText(own)}`)
      return join(folder, name)
    }
    const worker = write('worker.properties', example('worker.properties'), {
      'bootstrap.servers': brokers,
      'plugin.path': join(jars!, readdirSync(jars!).find(name => name.startsWith('connect-file'))!),
      'offset.storage.file.filename': join(folder, 'connect.offsets'),
      listeners: 'http://127.0.0.1:0',
    })
    const file = join(folder, 'candles.txt')
    const name = `${prefix}file`
    const documented = write('candles-file.properties', example('candles-file.properties'), {
      name,
      topics: topic,
      file,
    })
    const everything = join(folder, 'everything.txt')
    const unfiltered = write('unfiltered.properties', '', {
      name: `${prefix}everything`,
      'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      topics: topic,
      file: everything,
      'consumer.override.isolation.level': 'read_uncommitted',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    })
    const connect = startConnect(jars!, [worker, documented, unfiltered])
    const linesOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [])
    const all = [...rows, ...Array<string>(PARTITIONS).fill(ABORTED), ...Array<string>(controls).fill('null')]
    const arrived = () => {
      if (linesOf(file).length >= rows.length && linesOf(everything).length >= all.length) return
      throw new Error(`Kafka Connect has not written every row:\n${connect.lines.slice(-50).join('\n')}`)
    }
    await vi.waitFor(arrived, { timeout: 120_000, interval: 200 })
    await connect.stop()
    expect(linesOf(file).map(fieldsOfJava).sort()).toEqual(rows.map(fieldsOfJson).sort())
    expect(linesOf(everything).sort()).toEqual(all.sort())
  })
})

/** Kafka Connect in standalone mode. @param properties files of the worker and its connectors */
function startConnect(jars: string, properties: readonly string[]) {
  const java = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`]
  const child = ownedProcess('java', [...java, 'org.apache.kafka.connect.cli.ConnectStandalone', ...properties], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on('line', line => lines.push(line))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  return { lines, stop }
}

/** The fields of a JSON object, sorted by name, as {@link fieldsOfJava} returns them. */
const fieldsOfJson = (json: string): string => sortedFields(Object.entries(JSON.parse(json) as object))

/** The fields of a map as Java prints it, such as `{a=1.0E-7, b=null}`, sorted by name. */
const fieldsOfJava = (line: string): string => {
  const fields = line.slice(1, -1).split(', ')
  return sortedFields(fields.map(field => field.split('=') as [string, string]))
}

/** Numbers in JavaScript's form, because Java prints 1.0 where JSON has 1. */
function sortedFields(fields: readonly (readonly [string, unknown])[]): string {
  const inOneForm = (text: string) => (Number.isNaN(Number(text)) ? text : String(Number(text)))
  const texts = fields.map(([name, value]) => `${name}: ${inOneForm(String(value))}`)
  return texts.sort().join(', ')
}
