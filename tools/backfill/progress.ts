import { type Options, type Preset, Presets, SingleBar } from 'cli-progress'

/** Shows how far a backfill is: how much of the time or of the files, how many trades a second, how long still. */
export interface Progress {
  /** @param share of the whole, 0 to 1 */
  update(share: number, trades: number): void
  stop(): void
}

const EVERY_MS = 10_000
const STEPS = 10_000

/** A bar where the output is a terminal, a line every ten seconds elsewhere. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const startedAt = Date.now()
  const rate = (trades: number) => Math.round((trades * 1000) / Math.max(1, Date.now() - startedAt))
  if (!stream.isTTY) {
    let shownAt = startedAt
    return {
      update: (share, trades) => {
        if (Date.now() - shownAt < EVERY_MS) return
        shownAt = Date.now()
        const leftS = Math.round(((shownAt - startedAt) * (1 / Math.max(share, 1e-6) - 1)) / 1000)
        stream.write(`${(share * 100).toFixed(1)}% | ${trades} trades, ${rate(trades)}/s | ${leftS} s left\n`)
      },
      stop: () => {},
    }
  }
  const format = '{bar} {percentage}% | {trades} trades, {rate}/s | {duration_formatted} | {eta_formatted} left'
  const options: Options = { format, stream, etaBuffer: 100 }
  const bar = new SingleBar(options, Presets.shades_classic satisfies Preset)
  bar.start(STEPS, 0, { trades: 0, rate: 0 })
  return {
    update: (share, trades) => bar.update(Math.floor(share * STEPS), { trades, rate: rate(trades) }),
    stop: () => bar.stop(),
  }
}
