import { join } from 'node:path'
import {
  type Column,
  dateOf,
  type Format,
  type Partition,
  partitionFolder,
  Rows,
  rowFile,
  WholeFile,
  widthOf,
} from '@candlewick/dataset'
import { dayMs, type Run, type StagedFile, StageReader } from './stage.ts'
import { asCandle, columnsOfFile } from './staged-columns.ts'

/** Maximum number of rows in a row group. */
const GROUP_ROWS = 1 << 14
/** Name of all files that this tool writes, so that a repeated command replaces its own files. */
export const fileName = (format: Format): string => `compute.${format}`

/** The staged rows of one file. */
export interface Job extends Partition {
  readonly rows: number
  /** Runs of rows, ordered by pair and then by time. */
  readonly runs: readonly (Run & { readonly path: string })[]
}

/** A sealed file, which `publish` renames. */
export interface WrittenFile {
  readonly path: string
  readonly rows: number
}

/** @returns the files to write, the largest first. */
export function jobsOf(staged: readonly StagedFile[]): Job[] {
  const runs = staged.flatMap(({ path, runs }) => runs.map(run => ({ ...run, path })))
  const groups = [...Map.groupBy(runs, ({ interval, day }) => `${interval} ${day}`).values()]
  const jobs = groups.flatMap(group => {
    const { interval, day } = group[0]!
    const sorted = group.sort((a, b) => (a.pair === b.pair ? a.at - b.at : a.pair < b.pair ? -1 : 1))
    const rows = group.reduce((sum, run) => sum + run.rows, 0)
    return (['features', 'candles'] as const).map(kind => {
      return { kind, interval, date: dateOf(dayMs(day)), rows, runs: sorted }
    })
  })
  return jobs.sort((a, b) => costOf(b) - costOf(a))
}

/** A feature row takes about three times as much space as a candle. */
export const costOf = ({ kind, rows }: Job): number => (kind === 'features' ? 3 : 1) * rows

export interface FilesOptions {
  /** The dataset's folder. */
  readonly folder: string
  readonly format: Format
  /** The columns of the stage. */
  readonly columns: readonly Column[]
}

/** Writes a job's file, which is sealed but not published. Only one row group is in memory. */
export function writeFile(job: Job, { folder, format, columns }: FilesOptions): WrittenFile {
  const own = columnsOfFile(job.kind, columns)
  const file = new WholeFile(join(folder, partitionFolder(job), fileName(format)))
  const reader = new StageReader(columns)
  try {
    const encoder = rowFile(format, own, job.interval, file)
    const group = new Rows(own, Math.min(job.rows, GROUP_ROWS))
    const width = widthOf(columns)
    for (const run of job.runs)
      for (let first = 0; first < run.rows; ) {
        const count = Math.min(run.rows - first, group.capacity - group.length)
        const numbers = reader.read(run, first, count)
        for (let row = 0; row < count; row++) {
          if (job.kind === 'candles') asCandle(numbers, width, row * width)
          group.push(run.pair, numbers, row * width)
        }
        first += count
        if (group.length < group.capacity) continue
        encoder.write(group)
        group.clear()
      }
    encoder.write(group)
    encoder.finish()
    file.seal()
  } catch (error) {
    file.discard()
    throw error
  } finally {
    reader.close()
  }
  return { path: file.path, rows: job.rows }
}
