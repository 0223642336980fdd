import { runService, startStream, streamVariables } from '@candlewick/service'
import * as z from 'zod'
import { VERSIONS } from '../../packages/streams/test/versions.ts'

/** A service of which there are three releases that differ in their states: VERSION says which one this process is. */
await runService(
  {
    name: 'versioned',
    config: { ...streamVariables, VERSION: z.coerce.number() },
    start: context => {
      const processor = VERSIONS[context.config.VERSION - 1]!
      return startStream(context, { input: 'trades', output: 'candles' }, { processor, marksOutput: false })
    },
  },
  process.env,
)
