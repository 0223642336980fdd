import { workerData } from 'node:worker_threads'
import { chooseIndicators, type IndicatorSettings } from './indicator-settings.ts'
import { letWatch } from './watched-thread.ts'

letWatch()
try {
  chooseIndicators(workerData as IndicatorSettings)
} catch {
  // The thread that asked finds the same mistake when it loads the features itself.
}
// A module may have started a timer, which would keep this thread alive.
process.exit()
