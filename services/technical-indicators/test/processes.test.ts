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

it('a feature that never returns when it is tried is named before the process is killed', async () => {
  const FEATURES = folderOf({ 'own.ts': moduleOf('own', { update: '(() => { while (true); })()' }) })
  const { code, output } = await run({ FEATURES, INDICATORS: 'own', FEATURE_TIMEOUT_MS: '500' })
  expect(JSON.parse(output)).toMatchObject({ level: 'fatal', service: 'technical-indicators', feature: 'own' })
  expect(output).toContain('The feature own has not come back from update for 0.5 s')
  expect(code).toBe('SIGKILL')
})
