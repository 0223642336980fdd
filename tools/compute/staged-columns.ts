import { CANDLE_COLUMNS, type Column, featureColumns, type Row } from '@candlewick/dataset'

const COMPLETE = 'complete'
/** Not a column of any file: what a candle's `complete` is, where its row's is another. */
const CANDLE_COMPLETE: Column = { name: 'candle_complete', type: 'boolean', isNullable: false }
const COMPLETE_AT = CANDLE_COLUMNS.findIndex(({ name }) => name === COMPLETE) - 1

/** @returns the columns of a stage, whose rows give both the feature rows and the candles. */
export const stagedColumns = (fields: readonly string[]): readonly Column[] => [
  ...featureColumns(fields),
  CANDLE_COMPLETE,
]

/** @returns the columns of a file, of those of the stage. */
export const columnsOfFile = (kind: 'candles' | 'features', staged: readonly Column[]): readonly Column[] =>
  kind === 'candles' ? CANDLE_COLUMNS : staged.slice(0, -1)

/** @returns the row, which is changed, with what it needs for the stage. */
export const withCandleComplete = (row: Row, isCandleComplete: boolean): Row =>
  Object.assign(row, { [CANDLE_COMPLETE.name]: isCandleComplete })

/** Makes staged numbers of a feature row those of its candle. @param width of the stage @param at where the row begins */
export function asCandle(numbers: Float64Array, width: number, at: number): void {
  numbers[at + COMPLETE_AT] = numbers[at + width - 1]!
}
