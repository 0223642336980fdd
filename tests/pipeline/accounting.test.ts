import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, it, vi } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { ServiceProcess } from './process.ts'
import { runTool } from './tool.ts'

const brokers = inject('brokers')
const START_MS = 1_767_225_600_000
let tests = 0

// Processes are slow to start where a machine is busy.
vi.setConfig({ testTimeout: 180_000 })

const newEnv = () => ({
  KAFKA_BROKERS: brokers,
  TOPIC_PREFIX: `accounting-${process.pid}-${tests++}-`,
  PARTITIONS: '1',
  CANDLE_INTERVALS: '1m',
})

const rows = (count: number, price: (id: number) => number) =>
  Array.from({ length: count }, (_, i) => `A/B,${i + 1},buy,${price(i + 1)},1,${START_MS + i * 100}\n`).join('')

function csv(text: string): string {
  const path = join(temporaryFolder(), 'x.csv')
  writeFileSync(path, `pair,trade_id,side,price,qty,timestamp_ms\n${text}`)
  return path
}

it('a replay ends with code 0 when the topic has every row already, and with code 1 and the line when it has other content', async () => {
  const env = newEnv()
  const replay = async (file: string) => {
    const ingestor = new ServiceProcess('trades-ingestor', { ...env, EXCHANGE: 'replay', REPLAY_FILE: file })
    return { code: await ingestor.ended, ingestor }
  }
  const summaryOf = ({ log }: ServiceProcess) => log.find(line => line.summary)?.summary
  const first = await replay(csv(rows(1000, () => 100)))
  expect(first.code, first.ingestor.output).toBe(0)
  expect(summaryOf(first.ingestor)).toMatchObject({ ok: true, pairs: [{ pair: 'A/B', read: 1000, written: 1000 }] })
  const again = await replay(csv(rows(1000, () => 100)))
  expect(again.code, again.ingestor.output).toBe(0)
  expect(summaryOf(again.ingestor)).toMatchObject({ ok: true, pairs: [{ written: 0, already_there: { same: 1000 } }] })
  const other = await replay(csv(rows(1100, id => (id === 500 ? 7 : 100))))
  expect(other.code, other.ingestor.output).toBe(1)
  expect(other.ingestor.output).toMatch(/x\.csv, line 501: trade 500 of A\/B is there with other content/)
  expect(summaryOf(other.ingestor)).toMatchObject({ ok: false, pairs: [{ already_there: { same: 999, other: 1 } }] })
})

it.runIf(existsSync('/dev/full'))(
  'tail ends with a message and code 1 on a full disk, and quietly at a closed pipe',
  async () => {
    const env = newEnv()
    const written = runTool('backfill', ['--pair', 'A/B', '--file', csv(rows(1000, () => 100))], env)
    expect(await written.ended, written.output()).toBe(0)
    const main = join(import.meta.dirname, '../../tools/tail/main.ts')
    const args = [main, `${env.TOPIC_PREFIX}trades`, '--from-beginning']
    const options = { cwd: import.meta.dirname, env }
    const full = spawn(process.execPath, args, { ...options, stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] })
    const printed: string[] = []
    full.stderr!.on('data', chunk => printed.push(String(chunk)))
    expect((await once(full, 'close'))[0]).toBe(1)
    expect(printed.join('')).toMatch(/^The output cannot be written: .*ENOSPC/)
    const piped = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    piped.stdout.once('data', () => piped.stdout.destroy())
    expect((await once(piped, 'exit'))[0]).toBe(0)
  },
)
