import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'

/** How the other tools reach the demo that runs on this machine, as environment variables. */
const Session = z.object({ pid: z.int(), env: z.object({ KAFKA_BROKERS: z.string(), TOPIC_PREFIX: z.string() }) })
type Session = z.infer<typeof Session>

const FILE = join(import.meta.dirname, '../../node_modules/.cache/candlewick/demo.json')

/** @returns how to take it back */
export function announce(env: Session['env']): () => void {
  mkdirSync(dirname(FILE), { recursive: true })
  writeFileSync(FILE, JSON.stringify({ pid: process.pid, env } satisfies Session))
  return () => rmSync(FILE, { force: true })
}

/** @returns the running demo's variables; empty when none runs. */
export function runningDemo(): Partial<Session['env']> {
  try {
    const { pid, env } = Session.parse(JSON.parse(readFileSync(FILE, 'utf8')))
    process.kill(pid, 0)
    return env
  } catch {
    return {}
  }
}
