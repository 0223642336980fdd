import { type Options, type Preset, Presets, SingleBar } from 'cli-progress'

/** Shows the progress of a backfill: its share of the time span or of the files, trades a second, and the time left. */
export interface Progress {
  /** @param share of the whole, 0 to 1 */
  update(share: number, trades: number): void
  stop(): void
}

const EVERY_MS = 10_000
const STEPS = 10_000

/** Shows a bar on a terminal, and prints a line every ten seconds elsewhere. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const startedAt = Date.now()
  const rate = (trades: number) => Math.round((trades * 1000) / Math.max(1, Date.now() - startedAt))
  // Extrapolates the average rate of the whole run: trades arrive in pages, so the rate of the last few varies too much.
  const left = (share: number) => Math.round(((Date.now() - startedAt) * (1 / Math.max(share, 1e-6) - 1)) / 1000)
  if (!stream.isTTY) {
    let shownAt = startedAt
    return {
      update: (share, trades) => {
        if (Date.now() - shownAt < EVERY_MS) return
        shownAt = Date.now()
        stream.write(`${(share * 100).toFixed(1)}% | ${trades} trades, ${rate(trades)}/s | ${left(share)} s left\n`)
      },
      stop: () => {},
    }
  }
  const format = '{bar} {percentage}% | {trades} trades, {rate}/s | {duration_formatted} | {left} s left'
  const options: Options = { format, stream }
  const bar = new SingleBar(options, Presets.shades_classic satisfies Preset)
  bar.start(STEPS, 0, { trades: 0, rate: 0, left: '…' })
  return {
    update: (share, trades) => bar.update(Math.floor(share * STEPS), { trades, rate: rate(trades), left: left(share) }),
    stop: () => bar.stop(),
  }
}
