import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { CATALOGUE, INDICATORS } from '../src/catalogue.ts'
import { DIFFERENCES, scaleOf } from './differences.ts'
import { difference } from './expected.ts'
import { run } from './run.ts'
import { KINDS, type Kind, series } from './series.ts'

interface Golden {
  readonly warmup: number
  readonly scale: number
  /** Whole numbers: every one that is not 0 is there, so many candles after the one before; else null, and samples are. */
  readonly gaps: readonly number[] | null
  readonly values: readonly (number | null)[]
}
interface Goldens {
  readonly talib: string
  readonly length: number
  readonly samples: number
  readonly cases: readonly {
    readonly name: string
    readonly parameters: readonly number[]
    readonly series: Readonly<Record<Kind, readonly Golden[]>>
  }[]
}

const goldens: Goldens = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, 'talib.golden.json.gz'))).toString(),
)
const { length, samples } = goldens
const bars = new Map(KINDS.map(kind => [kind, series(kind, length)]))

/** Where make.py samples an output. */
function sampled(warmup: number): number[] {
  const step = Math.max(1, Math.floor((length - warmup) / samples))
  const first = [warmup, warmup + 1, warmup + 2].filter(i => i < length)
  return [
    ...first,
    ...Array.from({ length: Math.ceil((length - warmup) / step) - 1 }, (_, i) => warmup + (i + 1) * step),
  ]
}

/** Every candle of whole numbers, whose zeros are not stored; the samples else. */
function expected({ warmup, scale, gaps, values }: Golden) {
  if (gaps === null) return { warmup, scale, at: sampled(warmup), values }
  const known = new Map<number, number | null>()
  let index = 0
  for (const [i, gap] of gaps.entries()) {
    index += gap
    known.set(index, values[i]!)
  }
  const every = Array.from({ length: length - warmup }, (_, i) => warmup + i)
  return { warmup, scale, at: every, values: every.map(i => known.get(i) ?? 0) }
}

describe(`equal to TA-Lib ${goldens.talib}`, () => {
  test.each(goldens.cases)('$name $parameters', ({ name, parameters, series: kinds }) => {
    const wrong = KINDS.filter(kind => !DIFFERENCES[name]?.on?.includes(kind)).flatMap(kind => {
      const indicator = INDICATORS[name]!.make(...parameters)
      return run(indicator, bars.get(kind)!).flatMap((output, i) => {
        const golden = expected(kinds[kind][i]!)
        const different = difference(output, { ...golden, scale: scaleOf(name, golden.scale, bars.get(kind)!) })
        return different ? [`output ${i} of ${kind}: ${different}`] : []
      })
    })
    expect(wrong).toEqual([])
  })

  test('and every indicator that says so is compared', () => {
    const compared = new Set(goldens.cases.map(({ name }) => name))
    const claimed = CATALOGUE.filter(({ source }) => source.startsWith('TA-Lib')).map(({ name }) => name)
    expect(claimed.filter(name => !compared.has(name))).toEqual([])
  })

  test('and the warm-up is what the indicator says', () => {
    const wrong = goldens.cases.filter(
      ({ name, parameters, series: { walk } }) =>
        INDICATORS[name]!.make(...parameters).warmup !== Math.max(...walk.map(({ warmup }) => warmup)),
    )
    expect(wrong.map(({ name, parameters }) => `${name} ${parameters}`)).toEqual([])
  })
})
