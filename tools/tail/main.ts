import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Interval } from '@candlewick/market-data'
import { connectToTopic, runTool } from '../broker/connect.ts'
import { asColumns, asJson, read } from './format.ts'
import { tail } from './tail.ts'

const USAGE = `usage: npm run tail -- TOPIC [options]
  --pair BTC/USD      only records of this pair
  --interval 1m       only candles and feature rows of this interval
  --from-beginning    starts at the first record of the topic instead of at its end
  --count N           stops after N records
  --json              prints one JSON object a line; the default when the output is not a terminal
The broker is KAFKA_BROKERS, else that of the running demo, else localhost:9092.`

const OPTIONS = {
  pair: { type: 'string' },
  interval: { type: 'string' },
  'from-beginning': { type: 'boolean', default: false },
  count: { type: 'string', default: '0' },
  json: { type: 'boolean', default: !process.stdout.isTTY },
  help: { type: 'boolean', default: false },
} as const

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
    const [topic, ...more] = positionals
    if (values.help) return undefined
    if (!topic || more.length > 0) throw new Error('TOPIC is missing, or more than one is named')
    if (values.interval && !Interval.safeParse(values.interval).success)
      throw new Error(`--interval ${values.interval} is not an interval, e.g. 1m`)
    if (!/^\d+$/.test(values.count)) throw new Error(`--count ${values.count} is not a whole number`)
    return { ...values, topic, count: Number(values.count) || Number.POSITIVE_INFINITY }
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`)
  }
}

await runTool(async () => {
  const wanted = readArguments()
  if (!wanted) return console.log(USAGE)
  const { log, topic } = await connectToTopic(wanted.topic, process.env)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
  let left = wanted.count
  const options = { fromBeginning: wanted['from-beginning'], signal: stopping.signal }
  await tail(log, topic, options, async (record, partition) => {
    const shown = read(record)
    if (wanted.pair && shown.pair !== wanted.pair) return
    if (wanted.interval && shown.interval !== wanted.interval) return
    const line = wanted.json ? asJson(shown, record) : asColumns(shown, record, partition)
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
    if (--left === 0) stop()
  })
  await log.close()
})
