import { connectLog, createLogger, readConfig, readDotenv } from '@candlewick/service'
import { runTool } from '../broker/connect.ts'
import { besideDemo } from '../demo/session.ts'
import { readOptions, USAGE } from './options.ts'
import { showProgress } from './progress.ts'
import { backfill } from './run.ts'

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
  const dotenv = { ...process.env }
  readDotenv(dotenv)
  const env = besideDemo(dotenv)
  const config = readConfig({}, env)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopping.abort())
  const log = connectLog(config, 'candlewick-backfill', createLogger('backfill', 'silent'))
  const progress = showProgress()
  const url = env.EXCHANGE_REST_URL
  try {
    const report = (sentence: string) => console.log(sentence)
    await backfill(options, { env, log, progress, report, signal: stopping.signal, ...(url && { rest: { url } }) })
  } finally {
    progress.stop()
    await log.close()
  }
})
