import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { DEFAULT_INDICATORS } from '@candlewick/indicators'
import { type BarsByPair, byLength, pairsProblem, parseBars } from '@candlewick/market-data'
import { watchFeatures } from '@candlewick/own-features'
import { config as dotenv } from 'dotenv'
import { showProgress } from '../backfill/progress.ts'
import { guardOutput } from '../broker/output.ts'
import { type ComputeOptions, intervalsOf, readOptions, USAGE } from './options.ts'
import { pipe } from './pipe.ts'
import { compute } from './run.ts'
import { chosenBy, type Settings, WATCH } from './settings.ts'

const env = { ...process.env }

function optionsOrUsage(): ComputeOptions | undefined {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`)
  }
}

/** Options that are not on the command line have the services' values. @throws Error that names the wrong option */
function settingsOf({ intervals, indicators, features = env.FEATURES, fromMs, pairs }: ComputeOptions): Settings {
  const { CANDLE_INTERVALS, BARS, EMPTY_CANDLES = 'flat', INDICATORS, INDICATORS_FILE } = env
  if (EMPTY_CANDLES !== 'flat' && EMPTY_CANDLES !== 'skip')
    throw new Error(`EMPTY_CANDLES=${EMPTY_CANDLES} is not flat or skip`)
  if (!indicators && INDICATORS && INDICATORS_FILE) throw new Error('INDICATORS and INDICATORS_FILE: use one of them')
  const text = indicators ?? (INDICATORS || undefined)
  const named = intervals ?? intervalsOf(CANDLE_INTERVALS || '1m,5m,15m,1h')
  const bars = BARS ? barsIn(BARS, pairs) : undefined
  const settings: Settings = {
    candles: { intervals: named.toSorted(byLength), emptyCandles: EMPTY_CANDLES, ...(bars && { bars }) },
    indicators:
      text === undefined && INDICATORS_FILE
        ? { text: readFileSync(INDICATORS_FILE, 'utf8'), isFile: true }
        : { text: text ?? DEFAULT_INDICATORS, isFile: false },
    fromMs,
  }
  if (!features) {
    chosenBy(settings)
    return settings
  }
  watchFeatures(WATCH)
  const path = resolve(features)
  const { indicators: chosen } = chosenBy({ ...settings, features: { path, entries: [] } })
  const unknown = chosen.intervals.find(interval => !named.includes(interval))
  if (unknown !== undefined)
    throw new Error(`A feature looks at candles of ${unknown}, which are not computed: add them to the intervals`)
  return { ...settings, features: { path, entries: chosen.entries } }
}

/** @throws Error that names the file, the field and what to write instead */
function barsIn(file: string, pairs: readonly string[] | undefined): BarsByPair {
  try {
    const bars = parseBars(readFileSync(file, 'utf8'))
    const problem = pairsProblem(bars, pairs)
    if (problem !== undefined) throw new Error(problem)
    return bars
  } catch (error) {
    throw new Error(`BARS=${file}: ${(error as Error).message}`)
  }
}

/** The file system's error does not say which disk is full. */
function explained(error: Error, out = 'the output'): Error {
  if (!error.message.startsWith('ENOSPC')) return error
  return new Error(
    `The disk of ${out} is full (${error.message}). No part of the dataset was published: make room there, or name another folder ` +
      'with --out, and run the command again.',
    { cause: error },
  )
}

async function main(): Promise<void> {
  const options = optionsOrUsage()
  if (!options) return console.log(USAGE)
  dotenv({ processEnv: env as Record<string, string>, quiet: true })
  const settings = settingsOf(options)
  const stopping = new AbortController()
  const stopped = new Error('Stopped: run the same command again to complete it.')
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopping.abort(stopped))
  const progress = showProgress()
  const url = env.EXCHANGE_REST_URL
  const around = {
    progress,
    signal: stopping.signal,
    rest: url ? { url } : undefined,
    warn: (sentence: string) => console.error(sentence),
    report: (sentence: string) => console.error(sentence),
  }
  try {
    const { out } = options
    if (out !== undefined) await compute({ ...options, out }, settings, around)
    else await pipe(options, settings, { ...around, output: process.stdout })
  } catch (error) {
    throw stopping.signal.aborted ? stopped : explained(error as Error, options.out)
  } finally {
    progress.stop()
  }
}

/** Runs the command. If it fails, it prints the message to the standard error, and the exit code is 1. */
export async function run(): Promise<void> {
  guardOutput()
  try {
    await main()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
