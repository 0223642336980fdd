import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'

const FIXTURE = join(import.meta.dirname, 'run-fixture.ts')

/** Runs the fixture in an empty folder with only these variables, and sends it SIGTERM when it prints `until`. */
async function run(env: Record<string, string>, until?: string, dotenv = '') {
  const cwd = temporaryFolder()
  await writeFile(join(cwd, '.env'), dotenv)
  const child = spawn(process.execPath, [FIXTURE], { cwd, env })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk.toString()
    if (until && output.includes(until)) child.kill('SIGTERM')
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const [code] = await once(child, 'close')
  return { code, output }
}

it('ends at once with one readable message when a variable is wrong', async () => {
  const { code, output } = await run({ HTTP_PORT: 'x', FATE: 'doomed' })
  expect(code).toBe(1)
  expect(output).toBe(
    'fixture cannot start, its configuration is wrong:\n' +
      'HTTP_PORT=x: is not a whole number\n' +
      'FATE=doomed: Invalid option: expected one of "lives"|"done"|"breaks"|"tells"|"crashes"|"until-stopped"\n',
  )
})

it('names a certificate that cannot be read', async () => {
  const { code, output } = await run({ BROKER: 'none', KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '/nowhere.pem' })
  expect(code).toBe(1)
  expect(output).toContain('KAFKA_SSL_CA_FILE=/nowhere.pem: cannot be read (ENOENT')
})

it.each([
  [{ HTTP_HOST: 'nowhere.invalid' }, 'HTTP_HOST=nowhere.invalid: is not an address of this machine (getaddrinfo '],
  [{ HTTP_HOST: '192.0.2.1' }, 'HTTP_HOST=192.0.2.1: is not an address of this machine (listen EADDRNOTAVAIL'],
])('names an address that it cannot listen at: %o', async (env: Record<string, string>, message) => {
  const { code, output } = await run({ BROKER: 'none', LOG_LEVEL: 'error', ...env })
  expect(code).toBe(1)
  const [heading, line, ...rest] = output.trimEnd().split('\n')
  expect(heading).toBe('fixture cannot start, its configuration is wrong:')
  expect(line).toContain(message)
  expect(line).toContain('use 127.0.0.1 or 0.0.0.0')
  expect(rest).toEqual([])
})

it('names a port that another process has', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  const { code, output } = await run({ BROKER: 'none', LOG_LEVEL: 'error', HTTP_PORT: String(port) })
  expect(code).toBe(1)
  expect(output).toContain(`HTTP_PORT=${port}: cannot be opened (listen EADDRINUSE`)
  expect(output).toContain('use another port, or 0 for a free one')
})

it('reads .env, whose variables the environment overrides', async () => {
  const { code, output } = await run({ PARTITIONS: '3' }, undefined, 'LOG_LEVEL=deafening\nPARTITIONS=none\n')
  expect(code).toBe(1)
  expect(output).toContain('LOG_LEVEL=deafening: is not')
  expect(output).not.toContain('PARTITIONS')
})

it('stops on SIGTERM and exits with 0', async () => {
  const { code, output } = await run({}, '"Started"')
  expect(output).toMatch(/"Stops on SIGTERM".*"let go".*"Stopped"/s)
  expect(output.match(/"Stopped"/g)).toHaveLength(1)
  expect(code).toBe(0)
})

it('stops only once when the stop ends the service', async () => {
  const { code, output } = await run({ FATE: 'until-stopped' }, '"Started"')
  expect(output.match(/"Stops|"Stopped"/g)).toEqual(['"Stops', '"Stopped"'])
  expect(code).toBe(0)
})

it('exits with 0 after a service that ends by itself', async () => {
  const { code, output } = await run({ FATE: 'done' })
  expect(output).toContain('"let go"')
  expect(code).toBe(0)
})

it('releases everything and exits with 1 after a service fails', async () => {
  const { code, output } = await run({ FATE: 'breaks' })
  expect(output).toMatch(/"level":"fatal".*the replay broke.*"let go"/s)
  expect(code).toBe(1)
})

it.each(['tells', 'crashes'])('keeps its password from the log when it %s', async FATE => {
  const sasl = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'alice', KAFKA_SASL_PASSWORD: 'correct horse' }
  const { code, output } = await run({ FATE, ...sasl })
  expect(code).toBe(1)
  expect(output).toContain('Ends after an error: the password is ***')
  expect(output).not.toContain('correct horse')
})

it('keeps trying to reach an unreachable broker, names it, and can be stopped meanwhile', async () => {
  const { code, output } = await run({ BROKER: 'none', KAFKA_BROKERS: '127.0.0.1:1' }, 'does not answer')
  expect(output).toContain('Kafka at 127.0.0.1:1 does not answer, trying again: ')
  expect(output).toContain('"Stops on SIGTERM"')
  expect(code).toBe(0)
})
