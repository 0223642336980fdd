// A service as its main.ts runs it, for run.test.ts: FATE decides how it ends.
import { memoryLog } from '@candlewick/streams'
import * as z from 'zod'
import { connectLog, runService } from '../src/index.ts'

const FATES = {
  lives: () => undefined,
  done: () => Promise.resolve(),
  breaks: () => Promise.reject(new Error('the replay broke')),
}

await runService(
  {
    name: 'fixture',
    config: { FATE: z.enum(['lives', 'done', 'breaks']).default('lives') },
    async start({ config, logger }) {
      const done = FATES[config.FATE]()
      return { ready: () => undefined, stop: async () => logger.info('let go'), ...(done && { done }) }
    },
  },
  process.env,
  process.env.BROKER === 'none' ? connectLog : () => memoryLog(),
)
