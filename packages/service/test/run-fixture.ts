// A service as its main.ts runs it, for run.test.ts: FATE decides how it ends.
import { memoryLog } from '@candlewick/streams'
import * as z from 'zod'
import { connectLog, runService } from '../src/index.ts'

const stopped = Promise.withResolvers<void>()
const FATES = {
  lives: () => undefined,
  done: () => Promise.resolve(),
  breaks: () => Promise.reject(new Error('the replay broke')),
  tells: () => Promise.reject(new Error(`the password is ${process.env.KAFKA_SASL_PASSWORD}`)),
  crashes: () => {
    setTimeout(() => {
      throw new Error(`the password is ${process.env.KAFKA_SASL_PASSWORD}`)
    })
    return undefined
  },
  'until-stopped': () => stopped.promise,
}

await runService(
  {
    name: 'fixture',
    config: { FATE: z.enum(['lives', 'done', 'breaks', 'tells', 'crashes', 'until-stopped']).default('lives') },
    async start({ config, logger }) {
      const done = FATES[config.FATE]()
      const stop = async () => {
        logger.info('let go')
        stopped.resolve()
      }
      return { ready: () => undefined, stop, ...(done && { done }) }
    },
  },
  process.env,
  process.env.BROKER === 'none' ? connectLog : () => memoryLog(),
)
