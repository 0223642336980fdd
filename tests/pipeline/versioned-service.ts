import { runService, startStream, streamVariables } from '@candlewick/service'
import * as z from 'zod'
import { VERSIONS } from '../../packages/streams/test/versions.ts'

/** A service with three releases whose states differ; VERSION names the release that this process runs. */
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
