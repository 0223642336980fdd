import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasPython, pythonEnvironment } from '../python-environment.ts'
import { hasJava, startSecuredKafka, USER } from '../security/secured-kafka.ts'

const run = promisify(execFile)
const CLIENT = join(import.meta.dirname, '../../clients/python')

const PROGRAM = `
import sys, candlewick as cw
settings = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": sys.argv[2], "sasl.password": sys.argv[3]}
try:
    cw.connect(sys.argv[1], kafka=settings).stream()
except cw.CandlewickError as error:
    print(type(error).__name__, error)
`

describe.skipIf(!hasPython() || !hasJava)('the Python client at a broker that requires a password', () => {
  it('names a wrong password as the reason', { timeout: 600_000 }, async () => {
    const project = readFileSync(join(CLIENT, 'pyproject.toml'), 'utf8')
    const bin = await pythonEnvironment(['--editable', `${CLIENT}[dev,pandas,polars,duckdb,redis]`], project)
    const broker = await startSecuredKafka()
    onTestFinished(() => broker.stop())
    const ask = async (password: string) =>
      (await run(join(bin, 'python'), ['-c', PROGRAM, broker.listeners.SASL!, USER.name, password])).stdout
    expect(await ask('wrong')).toMatch(/^BrokerAway .*Invalid username or password/)
    // With the right one it comes as far as the topic, which does not exist.
    expect(await ask(USER.password)).toContain("no topic 'technical-indicators'")
  })
})
