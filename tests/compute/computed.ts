import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { zstdDecompressSync } from 'node:zlib'
import { type Kind, partitionOf } from '@candlewick/dataset'
import { parquetReadObjects } from 'hyparquet'
import { type ComputeOptions, readOptions } from '../../tools/compute/options.ts'
import { pipe } from '../../tools/compute/pipe.ts'
import { compute } from '../../tools/compute/run.ts'
import type { Settings } from '../../tools/compute/settings.ts'

export const SETTINGS: Settings = {
  candles: { intervals: ['1m', '5m', '15m', '1h'], emptyCandles: 'flat' },
  indicators: { text: 'sma:3; rsi:3; macd:3,6,2; bbands:5,2; obv; vwap_session', isFile: false },
  fromMs: undefined,
}

const idle = { update: () => {}, stop: () => {} }

export function surroundings() {
  const said: string[] = []
  const say = (sentence: string) => said.push(sentence)
  const around = { progress: idle, signal: new AbortController().signal, warn: say, report: say }
  return { said, around }
}

/** @returns the parsed options of a command line. */
export const optionsOf = (...args: readonly string[]): ComputeOptions => readOptions(args)!

/** Computes a dataset in a folder. @returns what was reported */
export async function computeTo(out: string, args: readonly string[], settings = SETTINGS): Promise<string[]> {
  const { said, around } = surroundings()
  const options = optionsOf(...args, '--out', out)
  await compute({ ...options, out }, { ...settings, fromMs: options.fromMs }, around)
  return said
}

/** @returns the lines that `--out -` writes. */
export async function computeLines(args: readonly string[], settings = SETTINGS): Promise<string[]> {
  const chunks: Buffer[] = []
  const output = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  const options = optionsOf(...args, '--out', '-')
  await pipe(options, { ...settings, fromMs: options.fromMs }, { ...surroundings().around, output })
  return linesOf(Buffer.concat(chunks).toString())
}

export const linesOf = (text: string): string[] => text.split('\n').slice(0, -1)

/** Paths of a dataset's files, relative to its folder. */
export const filesOf = (folder: string, kind: Kind): string[] =>
  readdirSync(join(folder, kind), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

/** @returns the rows of a dataset's Parquet files as the topics' JSON. */
export async function parquetLines(folder: string, kind: Kind): Promise<string[]> {
  const lines: string[] = []
  for (const file of filesOf(folder, kind)) {
    const { interval } = partitionOf(file.split('/').slice(0, -1).join('/'))!
    const bytes = readFileSync(join(folder, file))
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
      compressors: { ZSTD: input => zstdDecompressSync(input) },
    })
    for (const { pair, ...rest } of rows) lines.push(JSON.stringify({ pair, interval, ...rest }, plain))
  }
  return lines
}

/** JSON.stringify converts dates to ISO text before it calls its replacer. */
function plain(name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  // A field that is absent in a topic is null in a file.
  if ((name === 'source' || name === 'bar') && value === null) return undefined
  return name.endsWith('_time_ms') ? Date.parse(value as string) : value
}

/** @returns the rows by pair and interval, each series in the order of arrival. */
export function series(lines: readonly string[]): Record<string, string[]> {
  const all: Record<string, string[]> = {}
  for (const line of lines) {
    const { pair, interval } = JSON.parse(line) as { pair: string; interval: string }
    all[`${pair} ${interval}`] ??= []
    all[`${pair} ${interval}`]!.push(line)
  }
  return all
}
