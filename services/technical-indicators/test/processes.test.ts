import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderOf, moduleOf } from '../../../packages/own-features/test/features.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')

const run = (env: Record<string, string>): Promise<{ readonly code: unknown; readonly output: string }> =>
  new Promise(resolve =>
    // A broker that is not there: nothing of this may get as far.
    execFile(
      process.execPath,
      [MAIN],
      { cwd: import.meta.dirname, env: { KAFKA_BROKERS: '127.0.0.1:1', ...env } },
      (error, ...out) => resolve({ code: error ? (error.code ?? error.signal) : 0, output: out.join('') }),
    ),
  )

const HEADING = 'technical-indicators cannot start, its configuration is wrong:\n'

/** The mistake, the module, INDICATORS, and the message, in which FOLDER stands for the folder. */
const wrong: [string, string, string, string][] = [
  [
    'does not parse',
    'const a = 1\nconst b = = 1\n',
    'own',
    'FEATURES=FOLDER: FOLDER/own.ts: line 2 of FOLDER/own.ts does not parse: Expression expected\n',
  ],
  [
    'exports nothing',
    '',
    'own',
    'FEATURES=FOLDER: FOLDER/own.ts: exports no feature: write `export const NAME = define({ … })`',
  ],
  [
    'takes a name that exists',
    moduleOf('rsi'),
    'rsi',
    'FEATURES=FOLDER: FOLDER/own.ts: name "rsi" is that of a built-in indicator: choose another',
  ],
  [
    'asks for an unknown building block',
    `import { rollingMedian } from '@candlewick/indicators'\n${moduleOf('own')}`,
    'own',
    'FEATURES=FOLDER: FOLDER/own.ts: asks for rollingMedian, which @candlewick/indicators does not have; there are: ',
  ],
  [
    'declares a wrong warm-up',
    moduleOf('own', { warmup: '3' }),
    'own',
    'FEATURES=FOLDER: FOLDER/own.ts: own: warmup is 3, but 0 candles come before the first value: make warmup 0',
  ],
  ['has another name', moduleOf('own'), 'owm', 'INDICATORS=owm: "owm": there is no indicator "owm"; there are: '],
]

it.each(wrong)(
  'a module that %s ends the service with code 1 and one message',
  async (_, text, INDICATORS, message) => {
    const FEATURES = folderOf({ 'own.ts': text })
    const { code, output } = await run({ FEATURES, INDICATORS })
    expect(output.startsWith(HEADING + message.replaceAll('FOLDER', FEATURES)), output).toBe(true)
    expect(code).toBe(1)
  },
)

const LOOP = '(() => { while (true); })()'
/** Where a module has an endless loop, the module, and what is logged; FILE stands for the module. */
const endless: [string, string, Record<string, string>, string][] = [
  [
    'outside of functions',
    `${moduleOf('own')}while (true);`,
    { module: 'FILE' },
    'The module FILE has not been loaded within 2 s: an endless loop outside of functions?',
  ],
  [
    'in make',
    moduleOf('own').replace('make: () => (', `make: () => ${LOOP} ?? (`),
    { feature: 'own' },
    'The feature own has not come back from make for 2 s: an endless loop?',
  ],
  [
    'in initial',
    moduleOf('own', { initial: LOOP }),
    { feature: 'own' },
    'The feature own has not come back from initial for 2 s: an endless loop?',
  ],
  [
    'in update',
    moduleOf('own', { update: LOOP }),
    { feature: 'own', series: 'a trial 1m' },
    'The feature own has not come back from update for 2 s at a trial 1m, window ',
  ],
]

it.each(endless)(
  'a module with an endless loop %s is named before the process is killed',
  async (_, text, fields, message) => {
    const FEATURES = folderOf({ 'own.ts': text })
    const { code, output } = await run({ FEATURES, INDICATORS: 'own', FEATURE_TIMEOUT_MS: '2000' })
    const line = JSON.parse(output.replaceAll(join(FEATURES, 'own.ts'), 'FILE'))
    expect(line).toMatchObject({ level: 'fatal', service: 'technical-indicators', ...fields })
    expect(line.msg).toContain(message)
    expect(code).toBe('SIGKILL')
  },
)
