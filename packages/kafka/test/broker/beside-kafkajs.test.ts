import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'
import { kafkaLog } from '../../src/index.ts'

const brokers = inject('brokers')
const run = promisify(execFile)
const SCRIPT = join(import.meta.dirname, 'beside-kafkajs.ts')
const ALL = ['1', '2', '3', '4', '5']

it.each(['kafkajs', 'ours'])(
  'works beside an ordinary consumer and a compressing producer of kafkajs when %s is loaded first',
  async first => {
    const topic = `beside-${process.pid}-${Date.now()}-${first}`
    const log = kafkaLog({ brokers: brokers.split(','), clientId: 'test' })
    await log.topics.create([{ name: topic, partitions: 1, config: {} }])
    await log.close()
    const { stdout } = await run(process.execPath, [SCRIPT, brokers, topic, first], { timeout: 50_000 })
    expect(JSON.parse(stdout)).toEqual({ theirs: ALL, ours: ALL })
  },
)
