import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Env } from '@candlewick/service'
import * as z from 'zod'

/** Publishes how other tools reach the demo that runs on this machine, as environment variables. */
const Session = z.object({
  pid: z.int(),
  env: z.object({ KAFKA_BROKERS: z.string(), TOPIC_PREFIX: z.string(), CANDLE_INTERVALS: z.string() }),
})
type Session = z.infer<typeof Session>

const FILE = join(import.meta.dirname, '../../node_modules/.cache/candlewick/demo.json')

/** @returns a function that removes the publication */
export function announce({ KAFKA_BROKERS, TOPIC_PREFIX, CANDLE_INTERVALS }: Session['env']): () => void {
  mkdirSync(dirname(FILE), { recursive: true })
  const env = { KAFKA_BROKERS, TOPIC_PREFIX, CANDLE_INTERVALS }
  writeFileSync(FILE, JSON.stringify({ pid: process.pid, env } satisfies Session))
  return () => rmSync(FILE, { force: true })
}

/** @returns the environment with the running demo's variables, unless it names another broker. */
export function besideDemo(env: Env): Env {
  const demo = runningDemo()
  return !env.KAFKA_BROKERS || env.KAFKA_BROKERS === demo?.KAFKA_BROKERS ? { ...env, ...demo } : env
}

function runningDemo(): Session['env'] | undefined {
  try {
    const { pid, env } = Session.parse(JSON.parse(readFileSync(FILE, 'utf8')))
    process.kill(pid, 0)
    return env
  } catch {
    return undefined
  }
}
