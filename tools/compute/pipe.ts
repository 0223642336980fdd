import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { CANDLE_COLUMNS, csvHeader, csvLine, featureColumns, ndjsonLine } from '@candlewick/dataset'
import { IndicatorSet } from '@candlewick/indicators'
import { Account } from './account.ts'
import { Fold } from './fold.ts'
import type { ComputeOptions } from './options.ts'
import { type ComputeSurroundings, endMs, tradesOf } from './run.ts'
import { chosenBy, countedInterval, type Settings, tellMistakes } from './settings.ts'
import { summaryLines, summaryOf } from './summary.ts'

/**
 * Writes candles or feature rows to a stream, in the order in which their windows close. Files are checked first, because
 * written rows cannot be taken back. @throws Error naming the problem, or the stream's error
 */
export async function pipe(
  options: ComputeOptions,
  settings: Settings,
  around: ComputeSurroundings & { readonly output: Writable },
): Promise<void> {
  const { format, rows } = options
  const { output, signal } = around
  const account = new Account()
  const chosen = chosenBy(settings)
  const indicators = rows === 'candles' ? new IndicatorSet([]) : chosen.indicators
  tellMistakes(chosen.mistakes, around.warn)
  const line = format === 'csv' ? csvLine : ndjsonLine
  const columns = rows === 'candles' ? CANDLE_COLUMNS : featureColumns(indicators.fields)
  let text = format === 'csv' ? csvHeader(columns) : ''
  let count = 0
  let tradesInCandles = 0
  const counted = countedInterval(settings)
  const fold = new Fold({
    candles: settings.candles,
    indicators,
    mistakes: chosen.mistakes,
    fromMs: settings.fromMs,
    toMs: options.toMs,
    nowMs: Date.now(),
    onRow: (pair, row) => {
      text += line(columns, row)
      count++
      if (row.interval === counted(pair)) tradesInCandles += row.trade_count as number
    },
  })
  const flush = async () => {
    const isRoom = output.write(text)
    text = ''
    if (!isRoom) await once(output, 'drain', { signal })
  }
  for await (const batch of tradesOf({ ...options, settings, isSorted: true }, { ...around, account }, undefined)) {
    signal.throwIfAborted()
    fold.takeInOrder(batch)
    await flush()
  }
  fold.close(endMs(options, settings, fold.lastMs))
  account.add(fold.account.pairs)
  await flush()
  const open = fold.openTrades(counted)
  const summary = summaryOf(account, [{ counts: fold.counts, tradesInCandles: tradesInCandles + open }], count)
  for (const sentence of summaryLines(summary, account)) around.report(sentence)
}
