import { parseArgs } from 'node:util'
import { MA_TYPES } from '@candlewick/indicators'
import { asMarkdown, asText, catalogue } from './catalogue.ts'

const USAGE = `Prints the indicators that there are: npm run indicators [-- WORD … [--markdown]]
  WORD        only those with the word in their name or group, e.g. rsi, volatility, cdl
  --markdown  as the tables of packages/indicators/README.md`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { markdown: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
})
const found = catalogue(positionals)
if (values.help) console.log(USAGE)
else if (found.length === 0) {
  const groups = new Set(catalogue([]).map(({ group }) => group))
  console.error(
    `No indicator or group has ${positionals.join(' or ')} in its name; the groups are: ${[...groups].join(', ')}`,
  )
  process.exitCode = 1
} else if (values.markdown) console.log(asMarkdown(found))
else {
  console.log(asText(found))
  console.log(
    `\n${found.length} indicator${found.length === 1 ? '' : 's'}. An entry of INDICATORS is its name and the numbers that are not in brackets: sma:7,14; macd:12,26,9.`,
  )
  console.log(
    'What is in brackets takes a JSON entry (INDICATORS_FILE): {"name": "bbands", "timeperiod": 20, "matype": "ema"}.',
  )
  console.log(`Moving averages: ${MA_TYPES.filter(type => type !== undefined).join(', ')}.`)
}
