import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SimulatedExchange, serve } from '@candlewick/exchanges'
import { kafkaLog } from '@candlewick/kafka'
import type { Broker } from '../../tools/broker/index.ts'
import { Random } from '../simulation/random.ts'
import { inflict, needsProxy, type World } from './faults.ts'
import { Fleet } from './fleet.ts'
import { Judge } from './judge.ts'
import { Observer } from './observer.ts'
import { describe, kindOf, Plan, type Step } from './plan.ts'
import { isPlatformFault } from './platform.ts'
import { Problems } from './problems.ts'
import { FaultyProxy } from './proxy.ts'
import { BARS, INDICATORS, INTERVALS, LIQUID, PAIRS, RATES, SESSION_MS } from './settings.ts'
import { Tally } from './tally.ts'

export interface SoakOptions {
  readonly seed: number
  /** Minutes after which no new round of faults starts; undefined: the short plan, once. */
  readonly minutes?: number | undefined
  /** Injects only faults of these kinds. */
  readonly only?: readonly string[] | undefined
  readonly broker: Broker
  readonly proxy: FaultyProxy | undefined
  readonly folder: string
  tell(sentence: string): void
}

export interface Outcome {
  readonly problems: Problems
  readonly judge: Judge
  readonly tally: Tally
  readonly minutes: number
}

/** Time for all outputs to arrive, on a slow machine. */
const PATIENCE_MS = 180_000
/** Time in which an output that should not exist would arrive. */
const AFTERMATH_MS = 3000
/** Time that a fault needs to take effect; after that the pipeline has to catch up. */
const DWELL_MS = { least: 3000, session: SESSION_MS + 2500 }
/** Without faults candles of liquid pairs are never this late. */
const BEHIND_MS = 3500
const LOOK_MS = 200
const TELL_MS = 10_000

/** Runs the whole pipeline on a real broker, injects faults by a seeded plan, lets it settle, and judges all outputs. */
export async function soak(o: SoakOptions): Promise<Outcome> {
  const startedAt = performance.now()
  const { seed, broker, proxy } = o
  const prefix = broker.kind === 'external' ? `soak-${seed}-${Date.now()}-` : ''
  const exchange = new SimulatedExchange({ seed, rates: RATES })
  const served = await serve(exchange)
  const exchangeProxy = await FaultyProxy.listen()
  exchangeProxy.leadTo(Number(new URL(served.restUrl).port))
  const throughProxy = (url: string) => Object.assign(new URL(url), { port: String(exchangeProxy.port) }).href
  const problems = new Problems()
  const tally = new Tally()
  const judge = new Judge(exchange, problems)
  const brokers = broker.brokers.split(',')
  const log = kafkaLog({ brokers, clientId: 'soak' })
  const fleet = new Fleet({
    folder: o.folder,
    env: {
      KAFKA_BROKERS: proxy ? `localhost:${proxy.port}` : broker.brokers,
      TOPIC_PREFIX: prefix,
      PARTITIONS: '1',
      EXCHANGE: 'simulated',
      HISTORY_HOURS: '0',
      EXCHANGE_WS_URL: throughProxy(served.wsUrl('kraken')),
      EXCHANGE_REST_URL: throughProxy(served.restUrl),
      PAIRS: PAIRS.join(),
      CANDLE_INTERVALS: [...INTERVALS, ...BARS].join(),
      INDICATORS,
    },
    onLine: line => tally.note(line),
    onEnd: ({ name }, how) => problems.add('processes', `${name} ${how}, its log is ${join(o.folder, name)}.log`),
  })
  const observer = new Observer(log, {
    [`${prefix}trades`]: judge.takeTrade,
    [`${prefix}candles`]: judge.takeCandle,
    [`${prefix}technical-indicators`]: judge.takeRow,
    [`${prefix}candles-handovers`]: judge.takeHandover,
    [`${prefix}technical-indicators-handovers`]: judge.takeHandover,
    [`${prefix}dead-letters`]: judge.takeDeadLetter,
  })
  const topic = (name: string) => prefix + name
  const world: World = {
    ...o,
    exchange,
    exchangeProxy,
    fleet,
    log,
    problems,
    random: new Random(seed + 1),
    restarting: Promise.resolve(),
    topic,
  }
  try {
    await Promise.race([run(o, world, judge), observer.failed])
  } finally {
    await fleet.stop()
    await observer.stop()
    await log.close()
    await exchangeProxy.close()
    await served.close()
  }
  return { problems, judge, tally, minutes: (performance.now() - startedAt) / 60_000 }
}

async function run(o: SoakOptions, world: World, judge: Judge): Promise<void> {
  const { fleet, exchange } = world
  for (const service of ['trades-ingestor', 'candles', 'technical-indicators'] as const) fleet.start(service)
  await untilWell(o, judge, exchange)
  const ongoing = new Set<Promise<void>>()
  let alone = true
  for (const step of steps(o)) {
    if (!o.proxy && needsProxy(step.fault)) continue
    o.tell(describe(step))
    const kind = alone && step.calm ? kindOf(step) : 'several at once'
    judge.delays.begin(kind)
    alone = step.calm
    const done = inflict(step.fault, world).finally(() => ongoing.delete(done))
    ongoing.add(done)
    if (!step.calm) await sleep(world.random.int(0, 1500))
    else await calmDown(o, step, kind, ongoing, judge, exchange)
  }
  await Promise.all(ongoing)
  judge.delays.begin('peace')
  o.tell('peace')
  await settle(judge, exchange)
}

/** Executes the steps of the plan until the time is over. */
function* steps({ seed, minutes, only, tell }: SoakOptions): Generator<Step> {
  const plan = new Plan(new Random(seed))
  if (minutes === undefined) return yield* plan.short()
  const until = performance.now() + minutes * 60_000
  if (only?.every(isPlatformFault)) {
    for (const step of plan.platform(only))
      if (performance.now() < until) yield step
      else return
  }
  while (performance.now() < until) {
    const round = plan.round().filter(({ fault }) => only?.includes(fault.kind) ?? true)
    if (round.length === 0) throw new Error(`There is no fault of the kind "${only?.join()}"`)
    tell(`the next round: ${round.map(describe).join('; ')}`)
    for (const step of round) if (performance.now() < until) yield step
  }
}

/** Waits until the fault has taken effect and the pipeline has caught up. */
async function calmDown(
  o: SoakOptions,
  { fault }: Step,
  kind: string,
  ongoing: Set<Promise<void>>,
  judge: Judge,
  exchange: SimulatedExchange,
): Promise<void> {
  const isKill = fault.kind === 'kill' || fault.kind === 'kill at commit'
  const dwell = sleep(isKill ? DWELL_MS.session : DWELL_MS.least)
  await Promise.all(ongoing)
  const mendedAt = performance.now()
  await untilWell(o, judge, exchange)
  judge.delays.recovered(kind, performance.now() - mendedAt)
  await dwell
  await untilWell(o, judge, exchange)
}

async function untilWell({ tell }: SoakOptions, { delays }: Judge, { time }: SimulatedExchange): Promise<void> {
  const startedAt = performance.now()
  for (let told = startedAt; performance.now() - startedAt < PATIENCE_MS; await sleep(LOOK_MS)) {
    const behind = delays.behind(time.now(), LIQUID).filter(({ ms }) => ms > BEHIND_MS)
    if (behind.length === 0) return
    if (performance.now() - told < TELL_MS) continue
    told = performance.now()
    tell(
      `waits for ${behind.map(({ pair, ms }) => `${pair}${ms > 1e9 ? '' : `, ${(ms / 1000).toFixed(1)} s late`}`).join('; ')}`,
    )
  }
}

/** Waits until all outputs due by now have arrived, and a little longer for outputs that should not exist. */
async function settle(judge: Judge, exchange: SimulatedExchange): Promise<void> {
  const until = exchange.time.now()
  const deadline = performance.now() + PATIENCE_MS
  while (judge.missing(until) > 0 && performance.now() < deadline) await sleep(LOOK_MS)
  await sleep(AFTERMATH_MS)
  judge.delays.end()
  judge.finish(until)
}
