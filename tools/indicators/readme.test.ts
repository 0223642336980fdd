import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CATALOGUE } from '@candlewick/indicators'
import { expect, it } from 'vitest'
import { DIFFERENCES } from '../../packages/indicators/test/differences.ts'
import { asMarkdown, asText, catalogue } from './catalogue.ts'

const readme = readFileSync(join(import.meta.dirname, '../../packages/indicators/README.md'), 'utf8')

it('the README of the indicators has the table of npm run indicators -- --markdown', () => {
  expect(readme).toContain(asMarkdown(catalogue([])))
})

it('the README of the indicators has every difference from TA-Lib', () => {
  const table = /## Differences from TA-Lib\n(.*?)\n## /s.exec(readme)?.[1] ?? ''
  for (const [name, { why, on }] of Object.entries(DIFFERENCES)) {
    const row = table.split('\n').find(line => line.includes(`\`${name}\``)) ?? `no row of ${name}`
    expect(row).toContain(why)
    for (const kind of on ?? []) expect(row).toContain(kind)
  }
  expect(table.match(/`\w+`/g)).toHaveLength(Object.keys(DIFFERENCES).length)
})

it('the catalogue for a terminal names every indicator, its source, parameters, outputs and warm-up', () => {
  const text = asText(catalogue([]))
  for (const { name, source, formula } of CATALOGUE) {
    expect(text).toMatch(new RegExp(`^${name}(:|$)`, 'm'))
    expect(text).toContain(source)
    expect(text).toContain(formula)
  }
  expect(asText(catalogue(['bbands']))).toBe(`OVERLAP STUDIES

bbands:20,2
    MA + nbdevup · σ; MA; MA − nbdevdn · σ, σ² = Σ (close − mean)² / n
    source      TA-Lib BBANDS; Bollinger, Bollinger on Bollinger Bands, 2001
    parameters  timeperiod=20, nbdevup=2, [nbdevdn=2], [matype=sma]
    outputs     bbands_upper_20_2, bbands_middle_20_2, bbands_lower_20_2
    warm after  19 candles`)
  expect(catalogue(['volatil']).every(({ name, group }) => `${name}${group}`.toLowerCase().includes('volatil'))).toBe(
    true,
  )
})
