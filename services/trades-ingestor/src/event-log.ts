import { systemClock } from '@candlewick/exchanges'
import type { ServiceContext } from '@candlewick/service'
import type { BeginningEvent } from './beginnings.ts'
import type { IngestorEvent } from './ingestor.ts'
import { someOf } from './some-pairs.ts'
import type { Opened } from './source.ts'
import { Unreachable } from './unreachable.ts'

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

type EventOf<Type extends IngestorEvent['type']> = IngestorEvent & { readonly type: Type }

const HISTORIES_MAX = 10
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

function historyText({ doneMs, ofMs }: { doneMs: number; ofMs: number }): string {
  const [unitMs, unit] = ofMs >= 2 * HOUR_MS ? [HOUR_MS, 'hours'] : [MINUTE_MS, 'minutes']
  return `${Math.floor(doneMs / unitMs)} of ${Math.round(ofMs / unitMs)} ${unit} of history`
}

const WITHOUT_INTERNET =
  ' To try Candlewick without internet: `docker compose down -v`, then `docker compose --profile simulated up`;' +
  ' without Docker, EXCHANGE=simulated.'

/** @returns a function that logs each event of an ingestor. */
export function eventLog(
  logger: ServiceContext['logger'],
  { exchange, where }: Pick<Opened, 'exchange' | 'where'>,
  now = systemClock.now,
): (event: IngestorEvent) => void {
  const unreachable = new Unreachable()
  return event => {
    const silentMs = unreachable.look(event, now())
    if (silentMs !== undefined)
      logger.error(
        { exchange, url: where, silent_ms: Math.round(silentMs) },
        `${exchange} has not answered at ${where} for ${Math.round(silentMs / 1000)} s. Check this machine's internet` +
          ' access, DNS and firewall. What is traded meanwhile is fetched when the exchange answers again.' +
          (exchange === 'simulated' ? '' : WITHOUT_INTERNET),
      )
    switch (event.type) {
      case 'message':
        logMessage(logger, event)
        return
      case 'disconnected':
        logger.warn(
          { pairs: event.pairs, retry_in_ms: Math.round(event.retryInMs) },
          `The connection to the exchange is lost, and is opened again: ${event.reason}`,
        )
        return
      case 'rejected':
        for (const { pair, field, trade_id, problem } of event.trades)
          logger.warn(
            { pair, field, example: { trade_id, problem } },
            `Left out a trade of ${pair ?? 'an unnamed pair'} whose ${field} is impossible`,
          )
        return
      case 'contradicting':
        for (const { pair, trade_id, price, qty, timestamp_ms } of event.trades)
          logger.error(
            { pair, example: { trade_id, price, qty, timestamp_ms } },
            `Dropped a trade of ${pair} whose id another trade has: their windows have complete: false. If the exchange has ` +
              'started its ids from 1 again, give the pair topics of its own (TOPIC_PREFIX)',
          )
        return
      case 'ahead':
        for (const { pair, trade_id, timestamp_ms } of event.trades)
          logger.warn(
            { pair, example: { trade_id, timestamp_ms } },
            `A trade of ${pair} is more than 10 s ahead of the exchange's other times. It is written, but does not advance the clock that closes windows`,
          )
        return
      case 'unbuffered':
        for (const [pair, trades] of event.byPair)
          logger.warn(
            { pair, example: { trades } },
            `More than 300,000 trades are buffered behind gaps: dropped some of ${pair}, which are fetched again when its gap is filled`,
          )
        return
      case 'beginning':
        logBeginning(logger, event)
        return
      case 'gap-filled':
        logger.info(
          { pair: event.pair, trades: event.trades, ms: event.ms },
          `Fetched ${event.trades} missing trades of ${event.pair}`,
        )
        return
      case 'gap-unfillable':
        logger.error(
          { pair: event.pair, ...event.gap },
          `${event.gap.trades} trades of ${event.pair} cannot be obtained from the exchange: their windows have complete: false`,
        )
        return
      case 'recovering':
        logRecovery(logger, event)
        return
      case 'recovered':
        logger.info(
          { pairs: event.pairs, ms: event.ms },
          `All ${event.pairs} pairs have all their trades again, after ${Math.round(event.ms / 1000)} s`,
        )
        return
      case 'history-failed':
        logger.warn(
          { pair: event.pair, retry_in_ms: Math.round(event.retryInMs) },
          `The history of ${event.pair} cannot be fetched, trying again: ${textOf(event.error)}`,
        )
        return
      case 'failed':
        logger.error(
          { error: event.error, retry_in_ms: Math.round(event.retryInMs) },
          `Trades cannot be written to the broker, trying again: ${textOf(event.error)}`,
        )
        return
      case 'written':
        for (const move of event.moves)
          logger.info(move, `${move.pair} moves from partition ${move.from} to ${move.to}`)
        return
      case 'grown':
        logger.info({ partitions: event.partitions }, `The topic has ${event.partitions} partitions now`)
        return
      case 'duplicates':
        logger.debug({ count: event.count }, `Dropped ${event.count} trades that were written before`)
    }
  }
}

function logMessage(logger: ServiceContext['logger'], { message, connection }: EventOf<'message'>): void {
  if (message.type === 'refused')
    logger.error({ pair: message.pair }, `The exchange refuses ${message.pair ?? 'a request'}: ${message.error}`)
  if (message.type === 'unrequested') {
    const { pair, trades, silent } = message
    logger.error(
      { pair, silent_pairs: silent.length, example: { trades } },
      `Dropped trades of ${pair}, which PAIRS does not name${silent.length > 0 ? `. They may belong to pairs without trades, whose windows stay open: ${someOf(silent)}` : ''}`,
    )
  }
  if (message.type === 'missed')
    logger.warn(
      { connection, example: message.problem },
      message.problem
        ? 'A message of the exchange cannot be read. Trades that it may have held are fetched from the history'
        : `${message.messages} messages of the exchange were lost. Their trades are fetched from the history`,
    )
  if (message.type === 'status') logger.info({ status: message.status }, `The exchange is ${message.status}`)
  if (message.type === 'subscribed') logger.debug({ pair: message.pair }, `Subscribed to ${message.pair}`)
}

/** Logs how many pairs lack trades, and how far the histories have come that are being fetched. */
function logRecovery(logger: ServiceContext['logger'], event: EventOf<'recovering'>): void {
  const left = event.leftMs === undefined ? '' : `, about ${Math.round(event.leftMs / 1000)} s left`
  const { lacking, recovered, buffered } = event
  logger.info(
    { lacking, recovered, buffered },
    `${lacking} pairs lack trades, ${recovered} have recovered, ${buffered} trades are buffered${left}`,
  )
  for (const { pair, ...history } of event.histories.slice(0, HISTORIES_MAX))
    logger.info({ pair, ...history }, `${pair}: ${historyText(history)}`)
  if (event.histories.length > HISTORIES_MAX)
    logger.info(`${event.histories.length - HISTORIES_MAX} more pairs are fetching their history`)
}

function logBeginning(logger: ServiceContext['logger'], { pair, fromMs, seeds, error }: BeginningEvent): void {
  if (error !== undefined)
    logger.warn({ pair, error }, `${pair} begins without all of the exchange's candles: ${textOf(error)}`)
  if (fromMs === null) return
  const from = new Date(fromMs).toISOString()
  logger.info(
    { pair, from, seeds: seeds.length },
    `${pair} begins at ${from}, after ${seeds.length} of the exchange's candles`,
  )
}
