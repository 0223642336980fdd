import { CANDLE_COLUMNS, type Column, featureColumns } from '@candlewick/dataset'

const COMPLETE = 'complete'
/** A column that only the stage has: the candle's `complete`, which can differ from the row's. */
const CANDLE_COMPLETE: Column = { name: 'candle_complete', type: 'boolean', isNullable: false }
const COMPLETE_AT = CANDLE_COLUMNS.findIndex(({ name }) => name === COMPLETE) - 1

/** @returns the columns of a stage. Its rows contain both the feature rows and the candles. */
export const stagedColumns = (fields: readonly string[]): readonly Column[] => [
  ...featureColumns(fields),
  CANDLE_COMPLETE,
]

/** @returns the stage's columns that a file has. */
export const columnsOfFile = (kind: 'candles' | 'features', staged: readonly Column[]): readonly Column[] =>
  kind === 'candles' ? CANDLE_COLUMNS : staged.slice(0, -1)

/** Changes a staged feature row into its candle. @param width of the stage @param at where the row begins */
export function asCandle(numbers: Float64Array, width: number, at: number): void {
  numbers[at + COMPLETE_AT] = numbers[at + width - 1]!
}
