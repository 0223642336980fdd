import { DEFAULT_INDICATORS, parseIndicators } from '@candlewick/indicators'
import { ConfigError, type ServiceDefinition, startStream, streamVariables } from '@candlewick/service'
import * as z from 'zod'
import { technicalIndicatorsProcessor } from './processor.ts'

const variables = {
  ...streamVariables,
  INDICATORS: z.string().default(DEFAULT_INDICATORS),
}

/** candles → technical indicators: one feature row for every final candle. */
export const technicalIndicators: ServiceDefinition<typeof variables> = {
  name: 'technical-indicators',
  config: variables,
  start: context =>
    startStream(
      context,
      { input: 'candles', output: 'technicalIndicators' },
      {
        processor: technicalIndicatorsProcessor({ indicators: indicatorsOf(context.config.INDICATORS) }),
        marksOutput: false,
      },
    ),
}

function indicatorsOf(text: string) {
  try {
    return parseIndicators(text)
  } catch (error) {
    throw new ConfigError([{ variable: 'INDICATORS', problem: (error as Error).message }])
  }
}
