import type { Column } from '@candlewick/dataset'
import type { PairAccount } from './account.ts'
import { type FilesOptions, type Job, type WrittenFile, writeFile } from './dataset-files.ts'
import { Fold } from './fold.ts'
import { chosenBy, countedInterval, type Settings, tellMistakes } from './settings.ts'
import { Stage, type StagedFile } from './stage.ts'
import { stagedColumns } from './staged-columns.ts'
import type { TradeColumns } from './trade-columns.ts'

/** Result of folding some pairs. */
export interface Folded {
  readonly staged: StagedFile
  readonly pairs: Readonly<Record<string, PairAccount>>
  readonly counts: Readonly<Record<string, number>>
  /** Trades in the closed and open candles of the shortest interval, or of a bar. */
  readonly tradesInCandles: number
}

export interface FoldingOptions {
  readonly settings: Settings
  /** Trades from this time on are left out, Unix ms. */
  readonly toMs: number | undefined
  readonly nowMs: number
  /** Folder in which rows are staged. */
  readonly stagePath: string
  readonly files: Omit<FilesOptions, 'columns'>
}

/** The work of one thread: folds trades into staged rows, and writes staged rows to files. */
export class Folding {
  readonly #o: FoldingOptions
  readonly #columns: readonly Column[]
  readonly #stage: Stage
  readonly #fold: Fold
  readonly #counted: ReturnType<typeof countedInterval>
  #tradesInCandles = 0

  constructor(options: FoldingOptions) {
    const { settings, toMs, nowMs, stagePath } = options
    this.#o = options
    const { indicators, mistakes } = chosenBy(settings)
    tellMistakes(mistakes, sentence => console.error(sentence))
    this.#columns = stagedColumns(indicators.fields)
    this.#stage = new Stage(stagePath, this.#columns)
    this.#counted = countedInterval(settings)
    const { candles, fromMs } = settings
    const onRow: ConstructorParameters<typeof Fold>[0]['onRow'] = (pair, row, isCandleComplete) => {
      if (row.interval === this.#counted(pair)) this.#tradesInCandles += row.trade_count as number
      this.#stage.push(pair, row, isCandleComplete)
    }
    this.#fold = new Fold({ candles, indicators, mistakes, fromMs, toMs, nowMs, onRow })
  }

  take(batch: TradeColumns): void {
    this.#fold.take(batch)
  }

  /** Time of the last trade, Unix ms. */
  get lastMs(): number {
    return this.#fold.lastMs
  }

  finish(watermarkMs: number): Folded {
    this.#fold.close(watermarkMs)
    const { account, counts } = this.#fold
    const tradesInCandles = this.#tradesInCandles + this.#fold.openTrades(this.#counted)
    return { staged: this.#stage.finish(), pairs: account.pairs, counts, tradesInCandles }
  }

  write(jobs: readonly Job[]): WrittenFile[] {
    return jobs.map(job => writeFile(job, { ...this.#o.files, columns: this.#columns }))
  }
}
