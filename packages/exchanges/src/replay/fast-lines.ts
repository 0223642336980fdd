import { NO_PAIR, OTHER_PAIR } from './pair-filter.ts'
import type { RowSink } from './row-sink.ts'
import { SymbolTable } from './symbol-table.ts'
import { BATCH_TRADES, LINE_BYTES_MAX, type TradeBatch } from './trade-batch.ts'

/**
 * Reads plain lines straight from the bytes into the columns of a batch: no string, no array of cells and no object a line.
 * It stops before any line that is not plain, which the slow reader then reads, so that both give the same trades and errors.
 */
export abstract class FastLines {
  /** The line that was read last. */
  line = 0
  /** Index of the pair of the line that was read last. */
  protected pair = OTHER_PAIR
  protected readonly sink: RowSink
  /** Whether the file has no ids, so that its trades are numbered. */
  protected readonly isNumbered: boolean
  readonly #symbols: SymbolTable

  constructor(sink: RowSink) {
    this.sink = sink
    this.isNumbered = sink.isNumbered === true
    this.#symbols = new SymbolTable(symbol => sink.session.pairs.find(symbol.trim()))
  }

  /**
   * Fills the batch's next row, and `pair`.
   * @param shift difference of a place in the batch's text and the same place in the block
   * @returns where the next line begins; -1 when this one is not plain
   */
  protected abstract readLine(block: Buffer, start: number, batch: TradeBatch, shift: number): number

  /** @returns the name of the line's pair, which was not requested. */
  protected abstract symbolOf(block: Buffer, start: number): string

  /**
   * Reads lines until the batch is full, the block ends, or a line is not plain.
   * @param block whole lines
   * @param start where a line begins
   * @param line number of the line before it
   * @returns the start of the first line that was not read
   */
  read(block: Buffer, start: number, line: number): number {
    const { batch } = this.sink
    let at = start
    // The lines [copied, at) have rows. They are copied together to the batch's text, where each is `shift` bytes further on.
    let copied = start
    let shift = batch.textEnd - start
    this.line = line
    while (at < block.length && batch.length < BATCH_TRADES && at + shift + LINE_BYTES_MAX <= batch.text.length) {
      const end = this.readLine(block, at, batch, shift)
      if (end < 0 || end - at > LINE_BYTES_MAX) break
      this.line++
      if (this.pair !== OTHER_PAIR) this.#add(batch)
      else {
        const symbol = this.symbolOf(block, at)
        this.sink.leaveOut(this.line, 'other_pair', `${symbol} was not requested`, symbol)
        batch.addText(block, copied, at)
        copied = end
        shift = batch.textEnd - end
      }
      at = end
    }
    batch.addText(block, copied, at)
    return at
  }

  #add(batch: TradeBatch): void {
    const row = batch.length++
    batch.pairs[row] = this.pair
    batch.lines[row] = this.line
    if (this.isNumbered) batch.ids[row] = this.sink.session.count(this.pair)
  }

  /**
   * @param hash of the symbol's bytes [start, end), equal for equal bytes
   * @returns `end`; -1 for bytes that are no pair's name
   */
  protected findPair(block: Buffer, start: number, end: number, hash: number): number {
    this.pair = this.#symbols.pairOf(block, start, end, hash)
    return this.pair === NO_PAIR ? -1 : end
  }
}
