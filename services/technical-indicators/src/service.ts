import { chooseIndicators, type IndicatorSettings, refuseEndless, WrongSetting } from '@candlewick/own-features'
import { ConfigError, integer, type ServiceDefinition, startStream, streamVariables } from '@candlewick/service'
import * as z from 'zod'
import { logMistakes, replaceOnChange, watchOver } from './own-features.ts'
import { technicalIndicatorsProcessor } from './processor.ts'
import { technicalIndicatorsTracing } from './trace-propagation.ts'

const variables = {
  ...streamVariables,
  INDICATORS: z.string().optional(),
  INDICATORS_FILE: z.string().optional(),
  /** A file or a folder of users' features. */
  FEATURES: z.string().optional(),
  /** How long a user's feature may take for one candle before the process is killed. */
  FEATURE_TIMEOUT_MS: integer(100, 600_000).prefault('10000'),
}

/** The service that makes feature rows from candles: one row for every final candle. */
export const technicalIndicators: ServiceDefinition<typeof variables> = {
  name: 'technical-indicators',
  config: variables,
  check: config => {
    const { INDICATORS, INDICATORS_FILE, FEATURES, FEATURE_TIMEOUT_MS } = config
    if (INDICATORS && INDICATORS_FILE)
      throw new ConfigError([
        { variable: 'INDICATORS_FILE', problem: 'is set together with INDICATORS: use one of them' },
      ])
    if (FEATURES) watchOver(FEATURE_TIMEOUT_MS)
    chosen(config)
  },
  async start(context) {
    const { config, logger } = context
    const processorOf = ({ indicators, features: { mistakes } }: ReturnType<typeof chosen>) => {
      mistakes.onMistake = logMistakes(logger)
      return technicalIndicatorsProcessor(indicators, mistakes)
    }
    const processor = processorOf(chosen(config))
    const running = await startStream(
      context,
      { input: 'candles', output: 'technicalIndicators' },
      { processor, marksOutput: false, tracing: technicalIndicatorsTracing },
    )
    if (config.FEATURES === undefined) return running
    const forget = replaceOnChange(config.FEATURES, logger, {
      configHash: processor.configHash,
      refuseEndless: () => refuseEndless(config, config.FEATURE_TIMEOUT_MS),
      read: () => processorOf(chosen(config)),
      replace: running.replace,
    })
    return {
      ...running,
      stop: () => {
        forget()
        return running.stop()
      },
    }
  },
}

/** @throws ConfigError that names the variable, and the problem in its file */
function chosen(settings: IndicatorSettings): ReturnType<typeof chooseIndicators> {
  try {
    return chooseIndicators(settings)
  } catch (error) {
    if (error instanceof WrongSetting) throw new ConfigError([error])
    throw error
  }
}
