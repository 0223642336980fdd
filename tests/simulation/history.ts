import { parseIndicators } from '@candlewick/indicators'
import { baseIntervalMs, type Candle, type Trade } from '@candlewick/market-data'
import { murmur2, type Place } from '@candlewick/streams'
import { candlesProcessor } from '../../services/candles/src/processor.ts'
import { technicalIndicatorsProcessor } from '../../services/technical-indicators/src/processor.ts'
import { referenceCandles } from '../reference/candles.ts'
import { referenceRows } from '../reference/rows.ts'
import { market } from './market.ts'
import { Random } from './random.ts'
import { EPOCH_MS } from './scheduler.ts'
import type { Stage } from './stage.ts'
import { byWindow, checkInput, committed, compareRows, compareWindows } from './verify.ts'
import { heal, unleash } from './weather.ts'
import { World } from './world.ts'
import { TRADES } from './writer.ts'

const INTERVALS = ['1s', '2s', '6s']
/** Where the configuration changes, instances with one and with the other run side by side. */
const INDICATORS = ['sma:3; ema:4; obv', 'sma:3,5; obv; rsi:2']
const LONGEST_MS = 6000
/** How long nothing goes wrong any more in a history that may lose something. */
const PEACE_MS = 30_000
const SETTLE_MS = 120_000

export interface Outcome {
  readonly seed: number
  readonly problems: readonly string[]
  readonly story: readonly string[]
  readonly counts: ReadonlyMap<string, number>
  readonly windows: number
}

const stages = (indicators: readonly string[]): readonly Stage[] =>
  [
    {
      name: 'candles',
      processors: [candlesProcessor({ intervals: INTERVALS, emptyCandles: 'flat' })],
      input: TRADES,
      output: 'candles',
      live: 'candles-live',
      marksOutput: true,
    },
    {
      name: 'technical-indicators',
      processors: indicators.map(text => technicalIndicatorsProcessor(parseIndicators(text))),
      input: 'candles',
      output: 'technical-indicators',
      marksOutput: false,
    },
  ] as unknown as readonly Stage[]

/** One history: a market, a pipeline, everything that can go wrong, then peace; then the judge. */
export async function runHistory(seed: number): Promise<Outcome> {
  const random = new Random(seed)
  const pairs = ['BTC/USD', 'ETH/USD', 'SOL/USD', 'XRP/USD'].slice(0, random.int(1, 4))
  const troubleMs = random.int(4, 20) * 1000
  const losses = random.chance(0.3)
  const durationMs = troubleMs + (losses ? PEACE_MS : 0)
  const indicators = INDICATORS.slice(0, random.chance(0.3) ? 2 : 1)
  const trades = market(random, pairs, durationMs)
  const endMs = EPOCH_MS + Math.ceil(durationMs / LONGEST_MS) * LONGEST_MS
  const world = new World({
    random,
    stages: stages(indicators),
    partitions: { [TRADES]: random.int(1, 3), candles: random.int(1, 3), 'technical-indicators': 2 },
    place: randomPlace(random),
    writer: { trades, baseMs: baseIntervalMs(INTERVALS), endMs, place: randomWriterPlace(random) },
  })
  world.rubbish = !losses && random.chance(0.5)
  for (const stage of world.stages) startStage(world, stage, random, losses ? troubleMs : 0)
  world.startWriter()
  unleash(world, random, troubleMs, losses)
  await world.scheduler.run(troubleMs)
  heal(world)
  await world.scheduler.run(durationMs)
  const candles = referenceCandles(trades, INTERVALS, { until_ms: endMs, emptyCandles: 'flat' })
  const judgement = losses
    ? await judgeTail(world, trades, candles, EPOCH_MS + troubleMs)
    : await judge(world, trades, candles, indicators)
  const { story, counts } = world
  return { seed, problems: judgement, story, counts, windows: candles.length }
}

/** Where records may be lost, a group may also come late, when the log has been cut already. */
function startStage(world: World, stage: Stage, random: Random, lateMs: number): void {
  const start = () => {
    for (let i = random.int(1, 3); i > 0; i--) world.startInstance(stage)
  }
  if (lateMs > 0 && random.chance(0.5)) world.later(random.next() * lateMs, start)
  else start()
}

/** Nothing was lost: everything is there, once, and right. */
async function judge(
  world: World,
  trades: readonly Trade[],
  candles: readonly Candle[],
  indicators: readonly string[],
): Promise<string[]> {
  const rows = indicators.flatMap(text => referenceRows(candles, text))
  await settle(world, () => published(world, candles.length, candles.length))
  const lost = ['states_lost', 'tenures_lost', 'records_cut', 'unmarked_keys'].filter(name => world.counts.has(name))
  return [
    ...checkInput(world.cluster, trades),
    ...compareRows('candle', committed(world.cluster, 'candles'), byWindow(candles)),
    ...compareRows('row', committed(world.cluster, 'technical-indicators'), byWindow(rows)),
    ...lost.map(name => `${name}: ${world.counts.get(name)}`),
  ]
}

/**
 * Retention has cut what was not read yet: no window of then can be judged. But when peace has come, every pair that
 * trades goes on, with windows that are complete and right again, and nobody waits for a state that will not come.
 */
async function judgeTail(
  world: World,
  trades: readonly Trade[],
  candles: readonly Candle[],
  peaceMs: number,
): Promise<string[]> {
  const settledMs = peaceMs + PEACE_MS - 3 * LONGEST_MS
  const trading = new Set(trades.filter(t => t.timestamp_ms >= peaceMs && t.timestamp_ms < settledMs).map(t => t.pair))
  const inTail = (c: Candle) => trading.has(c.pair) && c.open_time_ms >= settledMs + LONGEST_MS
  const expected = byWindow(candles.filter(inTail))
  const tailOf = (topic: string) =>
    committed(world.cluster, topic).filter(r => inTail(JSON.parse(String(r.value)) as Candle))
  await settle(
    world,
    () => tailOf('candles').length >= expected.size && tailOf('technical-indicators').length >= expected.size,
  )
  return [
    ...compareRows('candle', tailOf('candles'), expected),
    ...compareWindows('row', tailOf('technical-indicators'), expected),
    ...world.stages
      .flatMap(stage => world.instances(stage))
      .flatMap(i => (i.awaiting() > 0 ? [`${i.owner.name} awaits a state for ever`] : [])),
  ]
}

const published = (world: World, candles: number, rows: number): boolean =>
  committed(world.cluster, 'candles').length >= candles &&
  committed(world.cluster, 'technical-indicators').length >= rows

/** Waits until as much is published as there should be, and then some, for what should not. */
async function settle(world: World, done: () => boolean): Promise<void> {
  const deadline = world.scheduler.now + SETTLE_MS
  while (!done() && world.scheduler.now < deadline) await world.scheduler.run(world.scheduler.now + 500)
  await world.scheduler.run(world.scheduler.now + 3000)
}

/** Keys change places at every growth, back to where they were among others. */
function randomWriterPlace(random: Random): (pair: string, count: number) => number {
  const salt = random.int(0, 1000)
  return (pair, count) => (murmur2(Buffer.from(`${pair}${count}${salt}`)) & 0x7fffffff) % count
}

function randomPlace(random: Random): Place {
  const writerPlace = randomWriterPlace(random)
  return (key, _input, count) => writerPlace(key, count)
}
