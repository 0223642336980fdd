import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { CATALOGUE, INDICATORS } from '../src/catalogue.ts'
import { isCompared, scaleOf } from './differences.ts'
import { difference } from './expected.ts'
import { run } from './run.ts'
import { KINDS, type Kind, series } from './series.ts'

interface Golden {
  readonly warmup: number
  readonly scale: number
  /**
   * For outputs of whole numbers: every value that is not 0, with its distance in candles from the one before. Null for
   * other outputs, which have samples.
   */
  readonly gaps: readonly number[] | null
  readonly values: readonly (number | null)[]
  readonly sums: readonly number[] | null
}
interface Goldens {
  readonly talib: string
  readonly length: number
  readonly samples: number
  /** `talib.get_function_groups()` */
  readonly groups: Readonly<Record<string, readonly string[]>>
  /** TA-Lib's parameter names and defaults, by our name of the function. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, number>>>>
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
  const first = [warmup, warmup + 1].filter(i => i < length)
  return [
    ...first,
    ...Array.from({ length: Math.ceil((length - warmup) / step) - 1 }, (_, i) => warmup + (i + 1) * step),
  ]
}

/** For outputs of whole numbers every candle, whose zeros are not stored; for others the samples. */
function expected({ warmup, scale, gaps, values, sums }: Golden) {
  if (gaps === null) return { warmup, scale, at: sampled(warmup), values, sums: sums ?? [] }
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
    const wrong = KINDS.filter(kind => isCompared(name, parameters, kind)).flatMap(kind => {
      const indicator = INDICATORS[name]!.make(...parameters)
      return run(indicator, bars.get(kind)!).flatMap((output, i) => {
        const golden = expected(kinds[kind][i]!)
        const different = difference(output, { ...golden, scale: scaleOf(name, golden.scale, bars.get(kind)!) })
        return different ? [`output ${i} of ${kind}: ${different}`] : []
      })
    })
    expect(wrong).toEqual([])
  })

  test('every indicator that names TA-Lib as its source is compared, each parameter with more than one value', () => {
    const sets = Map.groupBy(goldens.cases, ({ name }) => name)
    const claimed = CATALOGUE.filter(({ source }) => source.startsWith('TA-Lib'))
    const few = claimed.filter(
      ({ name, parameters }) => (sets.get(name)?.length ?? 0) < (parameters.length > 0 ? 2 : 1),
    )
    expect(few.map(({ name }) => name)).toEqual([])
  })

  test('every function of TA-Lib’s groups exists here, except the mathematical ones', () => {
    const { 'Math Operators': _, 'Math Transform': __, ...groups } = goldens.groups
    const functions = Object.values(groups).flat()
    const here = new Set(CATALOGUE.flatMap(({ source }) => /^TA-Lib (\w+)/.exec(source)?.[1] ?? []))
    expect(functions.filter(name => !here.has(name))).toEqual([])
    expect(here.size).toBe(functions.length)
  })

  test('every function has TA-Lib’s parameters, names and defaults', () => {
    expect(Object.keys(goldens.parameters)).toHaveLength(
      CATALOGUE.filter(({ source }) => source.startsWith('TA-Lib')).length,
    )
    for (const [name, theirs] of Object.entries(goldens.parameters)) {
      const ours = INDICATORS[name]!.parameters.map(parameter => [parameter.name, parameter.default])
      expect({ name, parameters: Object.fromEntries(ours) }).toEqual({ name, parameters: theirs })
    }
  })

  test('the warm-up has the length that the indicator states', () => {
    const wrong = goldens.cases.filter(
      ({ name, parameters, series: { walk } }) =>
        INDICATORS[name]!.make(...parameters).warmup !== Math.max(...walk.map(({ warmup }) => warmup)),
    )
    expect(wrong.map(({ name, parameters }) => `${name} ${parameters}`)).toEqual([])
  })
})
