import { EXCHANGES } from '@candlewick/exchanges'
import { connectToTopic, runTool } from '../broker/connect.ts'
import { readOptions, USAGE } from './options.ts'
import { runAudit } from './run.ts'

function optionsOrUsage() {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`)
  }
}

await runTool(async () => {
  const options = optionsOrUsage()
  if (!options) return console.log(USAGE)
  const { log, topic } = await connectToTopic(process.env.CANDLES_TOPIC ?? 'candles', process.env)
  const { ohlc } = EXCHANGES[options.exchange]({ pairs: options.pairs, url: process.env.EXCHANGE_REST_URL })
  const { signal } = new AbortController()
  const report = (sentence: string) => console.log(sentence)
  const differences = await runAudit(options, { ohlc, log, topic, signal, nowMs: Date.now(), report })
  await log.close()
  if (differences > 0) process.exit(1)
})
