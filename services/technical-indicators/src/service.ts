import { DEFAULT_INDICATORS, parseIndicators } from '@candlewick/indicators'
import { type ServiceDefinition, startStream, streamVariables } from '@candlewick/service'
import * as z from 'zod'
import { technicalIndicatorsProcessor } from './processor.ts'

const variables = {
  ...streamVariables,
  INDICATORS: z
    .string()
    .default(DEFAULT_INDICATORS)
    .transform((text, context) => {
      try {
        return parseIndicators(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message })
        return z.NEVER
      }
    }),
}

/** candles → technical indicators: one feature row for every final candle. */
export const technicalIndicators: ServiceDefinition<typeof variables> = {
  name: 'technical-indicators',
  config: variables,
  start: context =>
    startStream(
      context,
      { input: 'candles', output: 'technicalIndicators' },
      { processor: technicalIndicatorsProcessor(context.config.INDICATORS), marksOutput: false },
    ),
}
