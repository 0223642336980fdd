import { join } from 'node:path'
import { baseIntervalMs, type Candle, type Trade } from '@candlewick/market-data'
import { chooseIndicators } from '@candlewick/own-features'
import { followInput, murmur2, type Place, type Processor } from '@candlewick/streams'
import { candlesProcessor } from '../../services/candles/src/processor.ts'
import { technicalIndicatorsProcessor } from '../../services/technical-indicators/src/processor.ts'
import { referenceCandles } from '../reference/candles.ts'
import { referenceRows } from '../reference/rows.ts'
import { type Bars, barsIn, isOfBar, judgeShiftedBars, rightBars } from './bars.ts'
import { beginningsOf } from './beginnings.ts'
import { foreignOf, judgeForeign } from './foreign.ts'
import { withLosses } from './incomplete.ts'
import { market, withSparseIds } from './market.ts'
import { nextVersion } from './next-version.ts'
import { beginWithOlderStates } from './older-states.ts'
import { failingAtPoison } from './poison.ts'
import { Random } from './random.ts'
import { GOES_ON_MS, isRemade, remakeATopic } from './remade.ts'
import { PACE, wallOf } from './scheduler.ts'
import { settle } from './settle.ts'
import type { Stage } from './stage.ts'
import { byWindow, checkInput, compareRows, falselyComplete, other, type Problem, published } from './verify.ts'
import { heal, unleash } from './weather.ts'
import { World } from './world.ts'
import { TRADES } from './writer.ts'

const INTERVALS = ['1s', '2s']
const FEATURES = join(import.meta.dirname, 'features')
/**
 * When the configuration changes, instances with the old and the new one run side by side. Both have a user's feature of the same
 * name, which fails now and then, but the new configuration has another version of it.
 */
const INDICATORS = [
  chooseIndicators({ FEATURES: join(FEATURES, 'first'), INDICATORS: 'sma:3; ema:4; obv; own' }),
  chooseIndicators({ FEATURES: join(FEATURES, 'second'), INDICATORS: 'sma:2,3; obv; rsi:2; own' }),
].map(({ indicators }) => indicators)
const BASE_MS = baseIntervalMs(INTERVALS)
const LONGEST_MS = 2000
/** CLOSE_AFTER_IDLE_MS of the stage that reads a producer without watermarks: longer than such a producer pauses without faults. */
const CLOSE_AFTER_IDLE_MS = 2500
/** Uses separate random numbers, so that known seeds still give the same histories. */
const FOREIGN = 0x5eed
const REMADE = 0xdead
/** In a history that may lose records: how long after the last loss everything must be right again, … */
const RECOVERY_MS = 4000
/** … and how long the history then continues, in the exchange's time. */
const RECOVERED_MS = 2 * LONGEST_MS

/** One history in this many writes states in parts, with this small size in bytes. */
const PARTS_EVERY = 3
const PART_BYTES = 150

/** One history in this many, of those without bars, has ids that grow by this step, so that few trades have ids near the newest one. */
const SPARSE_EVERY = 3
const SPARSE_STEP = 7

/** One history in this many has a rolling upgrade: instances of two versions run side by side until the world is healed. */
const UPGRADE_EVERY = 4

function candlesStage({ names, byPair }: Bars, closeAfterIdleMs: number): Stage {
  const processor = candlesProcessor({ intervals: [...INTERVALS, ...names], bars: byPair, emptyCandles: 'flat' })
  return {
    name: 'candles',
    processors: [failingAtPoison(processor as unknown as Processor<unknown>)],
    input: TRADES,
    output: 'candles',
    live: 'candles-live',
    marksOutput: true,
    closeAfterIdleMs,
  }
}

const technicalIndicators = (sets: typeof INDICATORS) =>
  ({
    name: 'technical-indicators',
    processors: sets.map(set => technicalIndicatorsProcessor(set)),
    input: 'candles',
    output: 'technical-indicators',
    marksOutput: false,
  }) as unknown as Stage

const upgraded = (stage: Stage): Stage => ({
  ...stage,
  processors: [...stage.processors, ...stage.processors.map(nextVersion)],
})

/** The verdict on a history. Windows are counted per pair, interval and stage. */
export interface Outcome {
  readonly seed: number
  readonly problems: readonly Problem[]
  story(): readonly string[]
  readonly counts: ReadonlyMap<string, number>
  readonly windows: number
}

/** Runs one history: a market, a pipeline and random faults, then no more faults, then the verification. */
export async function runHistory(seed: number): Promise<Outcome> {
  const random = new Random(seed)
  const pairs = ['BTC/USD', 'ETH/USD', 'SOL/USD'].slice(0, random.pick([1, 1, 2, 2, 3]))
  const troubleMs = random.int(400, 2200)
  const losses = random.chance(0.2)
  const foreign = losses ? null : foreignOf(new Random(~seed ^ FOREIGN))
  const remadeRandom = new Random(~seed ^ REMADE)
  const isMadeAgain = isRemade(remadeRandom) && !losses && !foreign
  const before = foreign?.before ?? null
  const recoveryMs = losses || foreign ? RECOVERY_MS + (LONGEST_MS + RECOVERED_MS) / PACE : 0
  const durationMs = troubleMs + (isMadeAgain ? GOES_ON_MS : recoveryMs)
  const indicators = INDICATORS.slice(0, random.pick([0, 0, 1, 2, 2]))
  const isSparse = !losses && !foreign && seed % SPARSE_EVERY === 1
  const trades = withSparseIds(market(random, pairs, durationMs, troubleMs), isSparse ? SPARSE_STEP : 1)
  // With random numbers of its own, so that known seeds still give the same histories.
  const beginnings = foreign ? new Map() : beginningsOf(new Random(~seed), trades, INTERVALS, BASE_MS)
  const endMs = Math.ceil(wallOf(durationMs) / BASE_MS) * BASE_MS
  const bars = barsIn(seed)
  const candlesOf = candlesStage(bars, foreign ? CLOSE_AFTER_IDLE_MS : 0)
  const firstStage = seed % UPGRADE_EVERY === 0 ? upgraded(candlesOf) : candlesOf
  const stages = before
    ? [candlesOf]
    : indicators.length > 0
      ? [firstStage, technicalIndicators(indicators)]
      : [firstStage]
  const placement = random.chance(0.3) ? followInput : randomPlace(random)
  const ownPlace = randomWriterPlace(random)
  const writerPlace = foreign ? foreign.place(ownPlace, () => world.peace) : ownPlace
  const world: World = new World({
    random,
    stages: stages.map(stage => (seed % PARTS_EVERY === 0 ? { ...stage, recordBytesMax: PART_BYTES } : stage)),
    partitions: {
      [TRADES]: before?.partitions ?? random.int(1, 3),
      ...{ candles: random.int(1, 3), 'technical-indicators': 2 },
    },
    place: placement,
    writer: { trades, beginnings, baseMs: BASE_MS, endMs, place: writerPlace, isForeign: foreign !== null },
  })
  world.rubbish = !losses && random.chance(0.5) && !before && !isMadeAgain
  const counted = before ? beginWithOlderStates(world, before, trades, random) : []
  if (!before) for (const stage of world.stages) startStage(world, stage, random, losses ? troubleMs : 0)
  world.startWriter()
  if (!before) unleash(world, random, troubleMs, losses)
  const remade = isMadeAgain ? remakeATopic(world, remadeRandom, troubleMs) : null
  await world.scheduler.run(troubleMs)
  heal(world)
  const all = [...counted, ...trades]
  const whole = referenceCandles(all, INTERVALS, { until_ms: endMs, emptyCandles: 'flat', beginnings })
  const rowsOf = (of: readonly Candle[]) => indicators.flatMap(set => referenceRows(of, set))
  // Such a group does not come to rest: its instances end, and are started, until an operator has started it with a new group.
  if (remade) await remade.run(durationMs)
  const restless = remade
    ? []
    : await settle(world, durationMs, {
        mayLackMarkers: losses || foreign !== null,
        isNeverQuiet: foreign !== null,
      })
  const candles = [
    ...withLosses(world.cluster, trades, whole, BASE_MS),
    ...(losses ? [] : rightBars(world.cluster, trades, bars)),
  ]
  const judgement = remade
    ? remade.judge(trades, whole, rowsOf(whole))
    : losses
      ? judgeTail(world, trades, candles, troubleMs)
      : foreign
        ? judgeForeign(world, all, candles, {
            recoveredMs: wallOf(troubleMs + RECOVERY_MS) + LONGEST_MS,
            baseMs: BASE_MS,
            rowsOf,
          })
        : judge(world, trades, candles, rowsOf(candles))
  return {
    seed,
    problems: [...restless.map(other), ...judgement.problems],
    story: () => world.story,
    counts: world.counts,
    windows: judgement.windows,
  }
}

/** Starts a stage's instances. Where records may be lost, a group may also start late, when the log is truncated already. */
function startStage(world: World, stage: Stage, random: Random, lateMs: number): void {
  const start = () => {
    for (let i = random.int(1, 2); i > 0; i--) world.startInstance(stage)
  }
  if (lateMs > 0 && random.chance(0.5)) world.later(random.next() * lateMs, start)
  else start()
}

export interface Judgement {
  readonly problems: readonly Problem[]
  readonly windows: number
}

/** Checks a history without losses: every row exists once and is right. */
function judge(world: World, trades: readonly Trade[], candles: readonly Candle[], rows: readonly Candle[]): Judgement {
  const lost = ['states_lost', 'residencies_lost', 'records_truncated', 'unmarked_keys'].filter(name =>
    world.counts.has(name),
  )
  const problems = [
    ...checkInput(world.cluster, trades, world.counts.get('duplicates') ?? 0),
    ...compareRows('candle', published(world.cluster, 'candles'), byWindow(candles)),
    ...(world.stages.length > 1
      ? compareRows('row', published(world.cluster, 'technical-indicators'), byWindow(rows))
      : []),
    ...lost.map(name => other(`${name}: ${world.counts.get(name)}`)),
  ]
  return { problems, windows: world.stages.length * candles.length }
}

/**
 * Checks a history in which retention deleted unread records. Of the windows from that time only those with `complete: true`
 * have to be right. After the world is healed, every pair that trades must have windows that are complete and right again.
 */
function judgeTail(world: World, trades: readonly Trade[], candles: readonly Candle[], troubleMs: number): Judgement {
  const peaceMs = wallOf(troubleMs)
  const recoveredMs = wallOf(troubleMs + RECOVERY_MS)
  const trading = new Set(
    trades.filter(t => t.timestamp_ms >= peaceMs && t.timestamp_ms < recoveredMs).map(t => t.pair),
  )
  const inTail = (c: Candle) => trading.has(c.pair) && c.open_time_ms >= recoveredMs + LONGEST_MS
  const expected = byWindow(candles.filter(inTail))
  const all = Object.groupBy(published(world.cluster, 'candles'), c => (isOfBar(c) ? 'bars' : 'windows'))
  const { bars = [], windows = [] } = all
  const expectedRows = byWindow([...candles, ...bars].filter(inTail))
  const rows = published(world.cluster, 'technical-indicators').filter(inTail)
  const problems = [
    ...compareRows('candle', windows.filter(inTail), expected),
    ...falselyComplete(windows, byWindow(candles)),
    ...judgeShiftedBars(bars, trades, trading, recoveredMs + LONGEST_MS),
    ...(world.stages.length > 1 ? compareRows('row', rows, expectedRows, () => true) : []),
  ]
  return { problems, windows: expected.size + (world.stages.length > 1 ? expectedRows.size : 0) }
}

/** @returns a placement that moves keys at every growth, also back to where they were, and in some histories among few partitions. */
function randomWriterPlace(random: Random): (pair: string, count: number) => number {
  const salt = random.int(0, 1000)
  const places = random.pick([2, 2, 3, 100])
  return (pair, count) => (murmur2(Buffer.from(`${pair}${count}${salt}`)) & 0x7fffffff) % Math.min(count, places)
}

function randomPlace(random: Random): Place {
  const writerPlace = randomWriterPlace(random)
  return (key, _input, count) => writerPlace(key, count)
}
