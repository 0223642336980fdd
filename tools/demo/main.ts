import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readDotenv } from '@candlewick/service'
import logUpdate from 'log-update'
import { type Demo, startDemo } from './demo.ts'
import { readOptions, USAGE } from './options.ts'
import { LOGS } from './processes.ts'
import { healthLine, rowLine, screen } from './screen.ts'

const TERMINAL_MS = 500
const PLAIN_MS = 10_000

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort())
// The reader of the pipe has closed it, e.g. `npm start | head`.
process.stdout.on('error', () => stopping.abort())

/** Runs until it is stopped or an instance fails. @returns the failure */
async function watch(demo: Demo): Promise<string | undefined> {
  const terminal = process.stdout.isTTY
  for (const line of demo.introduction) console.log(line)
  if (!terminal) {
    demo.market.onRow = row => console.log(rowLine(row))
    demo.warnings.onWarning = text => console.log(text)
  }
  while (!stopping.signal.aborted) {
    const health = await demo.health()
    if (terminal) logUpdate(screen(demo.market, health, demo.warnings.recent(), process.stdout.columns))
    else console.log(healthLine(health))
    const failed = demo.pipeline.instances().find(({ ended }) => ended?.failed)
    if (failed) return `${failed.name} ${failed.ended?.how}:\n${lastLines(failed.name)}`
    await sleep(terminal ? TERMINAL_MS : PLAIN_MS, undefined, { signal: stopping.signal }).catch(() => {})
  }
  return undefined
}

const lastLines = (name: string): string =>
  readFileSync(join(LOGS, `${name}.log`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-15)
    .join('\n')

function summary({ market, audit }: Demo): string {
  const { trades, candles, features, deadLetters } = market.counts
  const { checked, wrong, doubled, missing, unchecked, complaints } = audit.findings()
  return [
    `${trades} trades → ${candles} candles → ${features} feature rows; ${deadLetters} dead letters`,
    `${checked} windows checked against ${audit.against}: ${wrong} wrong, ${doubled} doubled, ${missing} missing; ${unchecked} incomplete or too old to be checked`,
    ...complaints,
  ].join('\n')
}

async function main(): Promise<number> {
  const { exitAfterMs, help } = readOptions(process.argv.slice(2))
  if (help) {
    console.log(USAGE)
    return 0
  }
  readDotenv(process.env)
  const demo = await startDemo(process.env, sentence => console.log(sentence))
  const timer = exitAfterMs && setTimeout(() => stopping.abort(), exitAfterMs)
  const failure = await watch(demo)
  clearTimeout(timer || undefined)
  if (process.stdout.isTTY) logUpdate.done()
  console.log('Stopping …')
  await demo.stop()
  console.log(summary(demo))
  if (failure) console.error(failure)
  return failure ? 1 : 0
}

process.exit(
  await main().catch(error => {
    console.error(error instanceof Error ? error.message : error)
    return 1
  }),
)
