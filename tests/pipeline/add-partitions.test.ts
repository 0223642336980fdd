import { kafkaLog } from '@candlewick/kafka'
import { afterAll, expect, inject, it } from 'vitest'
import { runTool } from './tool.ts'

const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'add-partitions-test' })
const topic = `add-partitions-${process.pid}`

afterAll(() => log.close())

it('adds partitions for each command that says so, when four run at the same time', async () => {
  await log.topics.create([{ name: topic, partitions: 1, config: {} }])
  const env = { KAFKA_BROKERS: brokers }
  const runs = Array.from({ length: 4 }, () => runTool('broker', [topic, '1'], env, 'add-partitions.ts'))
  const codes = await Promise.all(runs.map(({ ended }) => ended))
  const texts = runs.map(run => run.output())
  const added = codes.filter(code => code === 0).length
  expect(added, texts.join('\n')).toBeGreaterThan(0)
  for (const [i, text] of texts.entries())
    expect(text).toMatch(
      codes[i] === 0
        ? /: \d → \d partitions/
        : /by now: another command has added them meanwhile.*Run this command again only/,
    )
  expect((await log.topics.partitions([topic])).get(topic)).toBe(1 + added)
}, 120_000)
