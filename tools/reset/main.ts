import { connectLog, createLogger, readConfig } from '@candlewick/service'
import { config as dotenv } from 'dotenv'
import { runTool } from '../broker/connect.ts'
import { readOptions, USAGE } from './options.ts'
import { reset } from './reset.ts'

await runTool(async () => {
  const options = (() => {
    try {
      return readOptions(process.argv.slice(2))
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${USAGE}`)
    }
  })()
  if (!options) return console.log(USAGE)
  const env: Record<string, string | undefined> = { ...process.env }
  dotenv({ path: options.envFile, processEnv: env as Record<string, string>, quiet: true })
  const log = connectLog(readConfig({}, env), 'candlewick-reset', createLogger('reset', 'silent'))
  try {
    await reset(options, { environment: process.env, env, log, report: line => console.log(line) })
  } finally {
    await log.close()
  }
})
