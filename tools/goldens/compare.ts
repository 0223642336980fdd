import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { INDICATORS } from '@candlewick/indicators'
import { isCompared, scaleOf } from '../../packages/indicators/test/differences.ts'
import { difference } from '../../packages/indicators/test/expected.ts'
import { run } from '../../packages/indicators/test/run.ts'
import { KINDS, series } from '../../packages/indicators/test/series.ts'

/** Compares every value with TA-Lib's. Run as node tools/goldens/compare.ts RAW_FOLDER, after make.py RAW_FOLDER. */
const LENGTH = 5000
const folder = process.argv[2] ?? ''
const cases: Record<string, number[][]> = JSON.parse(readFileSync(join(import.meta.dirname, 'cases.json'), 'utf8'))
const bars = KINDS.map(kind => series(kind, LENGTH))
const found: string[] = []
let compared = 0

for (const [name, sets] of Object.entries(cases))
  for (const parameters of sets)
    for (const [k, kind] of KINDS.entries()) {
      const file = join(folder, `${name}_${parameters.join('_')}.${kind}.f64`)
      if (!isCompared(name, parameters, kind)) continue
      const definition = INDICATORS[name]
      if (!definition || !existsSync(file)) {
        found.push(
          `${name}: ${definition ? `${file} is missing; run make.py first` : 'no indicator of packages/indicators has this name'}`,
        )
        continue
      }
      const bytes = readFileSync(file)
      const raw = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
      run(definition.make(...parameters), bars[k]!).forEach((output, i) => {
        const theirs = Array.from(raw.subarray(i * LENGTH, (i + 1) * LENGTH), v => (Number.isFinite(v) ? v : null))
        const begins = theirs.findIndex(value => value !== null)
        const scale = theirs.reduce<number>((max, value) => Math.max(max, Math.abs(value ?? 0)), 0)
        const expected = {
          warmup: begins === -1 ? LENGTH : begins,
          scale: scaleOf(name, scale, bars[k]!),
          at: theirs.map((_, j) => j),
          values: theirs,
        }
        const wrong = difference(output, expected)
        compared += LENGTH
        if (wrong) found.push(`${name}(${parameters.join(',')}) output ${i} of ${kind}: ${wrong}`)
      })
    }

console.log(`${compared} values compared, ${found.length} outputs differ`)
for (const line of found) console.log(line)
process.exitCode = found.length === 0 ? 0 : 1
