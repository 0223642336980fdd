import { loadavg } from 'node:os'
import type { Sample } from './sample.ts'

const seconds = (from: Sample, to: Sample): number => (to.atMs - from.atMs) / 1000

/** @returns the backlog: the number of unwritten trades minus its minimum, because trades before the start are never written. */
export function behind(samples: readonly Sample[]): number[] {
  const lacking = samples.map(({ exchange, written }) => exchange.existing - written)
  const least = Math.min(...lacking)
  return lacking.map(trades => trades - least)
}

/** @returns a line about the time between two samples. */
export function progressLine(from: Sample, to: Sample, lacking: number): string {
  const elapsed = seconds(from, to)
  const rate = (a: number, b: number) => Math.round((b - a) / elapsed)
  return [
    `${rate(from.exchange.existing, to.exchange.existing)}/s offered, ${rate(from.written, to.written)}/s written`,
    `behind ${lacking}`,
    `CPU ${share(from.cpuSeconds, to.cpuSeconds, elapsed)}, exchange ${share(from.exchange.cpuSeconds, to.exchange.cpuSeconds, elapsed)}`,
    `machine ${share(from.machineCpuSeconds, to.machineCpuSeconds, elapsed)}`,
    `${Math.round(to.megabytes)} MB, exchange ${Math.round(to.exchange.megabytes)} MB and held up ${Math.round(to.exchange.loopDelayMs)} ms`,
    `${to.pairsLost} pairs lost, ${to.buffered} buffered, ${to.gapsFilled} gaps filled, ${to.reconnects} reconnects`,
  ].join('; ')
}

const share = (before: number, after: number, elapsed: number): string =>
  `${Math.round((100 * (after - before)) / elapsed)}%`

/** @returns a summary of the whole run. */
export function summary(pairs: number, samples: readonly Sample[]): string {
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const elapsed = seconds(first, last)
  const lacking = behind(samples)
  const rate = (before: number, after: number) => ((after - before) / elapsed).toFixed(0)
  const cpu = (before: number, after: number) => share(before, after, elapsed)
  const memory = samples.map(({ megabytes }) => Math.round(megabytes))
  const micros = ((last.cpuSeconds - first.cpuSeconds) / (last.written - first.written)) * 1e6
  return [
    `${pairs} pairs for ${Math.round(elapsed)} s`,
    `offered ${rate(first.exchange.existing, last.exchange.existing)}, written ${rate(first.written, last.written)} trades a second`,
    `behind by ${median(lacking)} trades in the middle, ${Math.max(...lacking)} at most, ${lacking.at(-1)} at last`,
    `CPU of a core: ingestor ${cpu(first.cpuSeconds, last.cpuSeconds)} (${micros.toFixed(1)} µs a trade), exchange ${cpu(first.exchange.cpuSeconds, last.exchange.cpuSeconds)}, the whole machine ${cpu(first.machineCpuSeconds, last.machineCpuSeconds)}`,
    `the ingestor's memory ${memory[0]} MB at first, ${Math.max(...memory)} MB at most, ${memory.at(-1)} MB at last`,
    `${last.reconnects - first.reconnects} connections lost, ${last.gapsFilled - first.gapsFilled} gaps of ${last.gapTrades - first.gapTrades} trades filled from the history, at most ${Math.max(...samples.map(s => s.buffered))} trades buffered`,
    `load of the machine ${loadavg().map(l => l.toFixed(1))}`,
  ].join('\n')
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0
