import { readFileSync } from 'node:fs'
import { DEFAULT_INDICATORS, type IndicatorSet, parseIndicatorFile, parseIndicators } from '@candlewick/indicators'
import { ConfigError, type ServiceDefinition, startStream, streamVariables } from '@candlewick/service'
import * as z from 'zod'
import { technicalIndicatorsProcessor } from './processor.ts'
import { technicalIndicatorsTracing } from './trace-propagation.ts'

/** A variable that names indicators. The parser's message, which lists what there is, becomes the variable's problem. */
const indicators = (parse: (text: string) => IndicatorSet) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return parse(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message })
        return z.NEVER
      }
    })
    .optional()

const variables = {
  ...streamVariables,
  INDICATORS: indicators(parseIndicators),
  INDICATORS_FILE: indicators(file => parseIndicatorFile(readFileSync(file, 'utf8'))),
}

/** The service that makes feature rows of candles: one for every final candle. */
export const technicalIndicators: ServiceDefinition<typeof variables> = {
  name: 'technical-indicators',
  config: variables,
  check: ({ INDICATORS, INDICATORS_FILE }) => {
    if (INDICATORS && INDICATORS_FILE)
      throw new ConfigError([
        { variable: 'INDICATORS_FILE', problem: 'is there as well as INDICATORS: use one of them' },
      ])
  },
  start(context) {
    const { INDICATORS: listed, INDICATORS_FILE: file } = context.config
    const processor = technicalIndicatorsProcessor(listed ?? file ?? parseIndicators(DEFAULT_INDICATORS))
    return startStream(
      context,
      { input: 'candles', output: 'technicalIndicators' },
      {
        processor,
        marksOutput: false,
        tracing: technicalIndicatorsTracing,
      },
    )
  },
}
