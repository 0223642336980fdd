import { Malformed } from '../trade.ts'
import type { Cells } from './fields.ts'
import { AGGREGATES, BINANCE_TRADES, type Message, OUR_NAMES } from './messages.ts'
import type { RowSink } from './row-sink.ts'
import type { TradeBatch } from './trade-batch.ts'

/** Adds the trades of a file's JSON messages to its sink, and sees to it that the trades of a pair are of one kind. */
export class MessageRows {
  readonly #sink: RowSink
  readonly #onLayout: (name: string) => void
  readonly #layouts = new Set<string>()
  /** The layout of each pair's first trade, by the pair's index. */
  readonly #byPair = new Map<number, string>()

  constructor(sink: RowSink, onLayout: (name: string) => void) {
    this.#sink = sink
    this.#onLayout = onLayout
  }

  /** The layout of the first trade; undefined before it. */
  get layout(): string | undefined {
    return this.#layouts.values().next().value
  }

  /** @throws Malformed for trades of a pair in the layouts of two exchanges, whose ids would mix */
  *add({ layout, rows, problems = [], time, ids }: Message, line: number): Generator<TradeBatch> {
    const sink = this.#sink
    for (const problem of problems) sink.broken(line, 'bad_json', problem)
    if (layout === undefined) {
      if (problems.length === 0) sink.leaveOut(line, 'other_message', 'a message that holds no trades')
      return
    }
    if (!this.#layouts.has(layout)) this.#onLayout(layout)
    this.#layouts.add(layout)
    for (const cells of rows) {
      if (sink.batch.isFull) yield sink.take()
      if (this.#isOfOneKind(cells, layout, line)) sink.add(cells, line, time, ids)
    }
  }

  #isOfOneKind(cells: Cells, layout: string, line: number): boolean {
    const first = this.layout!
    if (layout === first && this.#layouts.size === 1 && layout !== BINANCE_TRADES && layout !== AGGREGATES) return true
    if ((layout === OUR_NAMES) !== (first === OUR_NAMES)) {
      this.#sink.broken(line, 'bad_json', `a row of ${layout}, where the first one is of ${first}`)
      return false
    }
    const { pairs } = this.#sink.session
    const symbol = typeof cells.pair === 'string' ? cells.pair.trim() : pairs.only
    const pair = symbol === undefined ? undefined : pairs.find(symbol)
    if (pair === undefined || pair < 0) return true
    const known = this.#byPair.get(pair) ?? layout
    this.#byPair.set(pair, known)
    if (known === layout) return true
    if (![known, layout].every(name => name === BINANCE_TRADES || name === AGGREGATES))
      throw new Malformed(
        `${this.#sink.file}, line ${line}: a trade of ${symbol} in the layout ${layout}, and earlier ones in the layout ${known}: ` +
          'read the trades of each exchange apart',
      )
    const problem = `a trade of ${symbol} from ${layout}, whose earlier ones are from ${known}`
    this.#sink.leaveOut(line, 'other_message', problem, pairs.index.names[pair])
    return false
  }
}
