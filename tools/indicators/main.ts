import { parseArgs } from 'node:util'
import { INDICATORS, MA_TYPES } from '@candlewick/indicators'
import { loadFeatures, watchFeatures } from '@candlewick/own-features'
import { readDotenv } from '@candlewick/service'
import { guardOutput } from '../broker/output.ts'
import { asMarkdown, asText, catalogue } from './catalogue.ts'

const USAGE = `usage: npm run indicators [-- WORD … [--markdown]]
Prints the available indicators, with those of FEATURES, a folder or file of your own features.
  WORD        only indicators with the word in their name or group, e.g. rsi, volatility, cdl
  --markdown  prints them as the tables of packages/indicators/README.md`

guardOutput()
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { markdown: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
})
readDotenv(process.env)
const { FEATURES } = process.env

function definitionsOrMessage() {
  if (!FEATURES || values.markdown) return INDICATORS
  watchFeatures({ service: 'indicators', timeoutMs: 10_000, isPlain: true })
  try {
    return loadFeatures(FEATURES).definitions
  } catch (error) {
    console.error(`FEATURES=${FEATURES}: ${(error as Error).message}`)
    process.exit(1)
  }
}

const definitions = definitionsOrMessage()
const found = catalogue(positionals, definitions)
if (values.help) console.log(USAGE)
else if (found.length === 0) {
  const groups = new Set(catalogue([], definitions).map(({ group }) => group))
  console.error(
    `No indicator or group has ${positionals.join(' or ')} in its name. The groups are: ${[...groups].join(', ')}`,
  )
  process.exitCode = 1
} else if (values.markdown) console.log(asMarkdown(found))
else {
  console.log(asText(found))
  console.log(
    `\n${found.length} indicator${found.length === 1 ? '' : 's'}. An entry of INDICATORS has the name and the parameters that are not in brackets, in order: sma:7,14; macd:12,26,9.`,
  )
  console.log(
    'Parameters in brackets need a JSON entry (INDICATORS_FILE): {"name": "bbands", "timeperiod": 20, "matype": "ema"}.',
  )
  console.log(`Moving averages: ${MA_TYPES.filter(type => type !== undefined).join(', ')}.`)
}
