import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@candlewick/streams'
import type { Input } from './scenarios.ts'
import { type Market, writeRecording, writeTopic } from './trades.ts'

/** The input of a contestant, and its number of records or lines. */
export interface Source {
  readonly name: string
  readonly count: number
}

/** Runs a contestant's program to its end. */
export type RunContestant = (file: string, args: readonly string[]) => Promise<unknown>

/** Makes each input once, when the first scenario needs it. */
export class Inputs {
  readonly #log: Log
  readonly #count: number
  readonly #run: RunContestant
  readonly #made = new Map<string, Promise<Source>>()
  #folder: string | undefined

  constructor(log: Log, count: number, run: RunContestant) {
    this.#log = log
    this.#count = count
    this.#run = run
  }

  get(input: Input): Promise<Source> {
    const id = JSON.stringify(input)
    const made = this.#made.get(id) ?? this.#make(input)
    this.#made.set(id, made)
    return made
  }

  async close(): Promise<void> {
    if (this.#folder) await rm(this.#folder, { recursive: true })
  }

  async #make(input: Input): Promise<Source> {
    const { kind, pairs, partitions, hours } = input
    const market: Market = { count: this.#count, pairs, hours }
    console.error(`Makes ${kind}: ${this.#count} trades, ${pairs} pairs, ${partitions} partitions, ${hours} hours …`)
    if (kind === 'recording') return this.#recording(market)
    if (kind === 'candles') return this.#candles(await this.get({ ...input, kind: 'trades' }))
    const name = `bench-trades-${pairs}-${partitions}-${Date.now()}`
    return { name, count: await writeTopic(this.#log, name, partitions, market) }
  }

  async #recording(market: Market): Promise<Source> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'candlewick-bench-'))
    const name = join(this.#folder, `trades-${market.pairs}.ndjson`)
    await writeRecording(name, market)
    return { name, count: this.#count }
  }

  /** The candles that our own service makes from the trades, including control records. */
  async #candles(trades: Source): Promise<Source> {
    const name = `bench-candles-${Date.now()}`
    await this.#run('candles.ts', [trades.name, String(trades.count), '1m', name])
    const partitions = (await this.#log.topics.partitions([name])).get(name) ?? 0
    let count = 0
    for (let partition = 0; partition < partitions; partition++) {
      const { start, end } = await this.#log.offsets(name, partition)
      for await (const records of this.#log.read(name, partition, start, end)) count += records.length
    }
    return { name, count }
  }
}
