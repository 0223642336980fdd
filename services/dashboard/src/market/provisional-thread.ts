import { parentPort, workerData } from 'node:worker_threads'
import { chooseIndicators, type IndicatorSettings, letWatch } from '@candlewick/own-features'
import type { Answer, NamedRequest } from './provisional.ts'
import { ProvisionalSeries } from './provisional-series.ts'

letWatch()
const { indicators } = chooseIndicators(workerData as IndicatorSettings)
const series = new Map<string, ProvisionalSeries>()
parentPort!.on('message', ({ name, request }: NamedRequest) => {
  const one = series.get(name) ?? new ProvisionalSeries(indicators)
  series.set(name, one)
  parentPort!.postMessage({ name, values: one.peek(request) } satisfies Answer)
})
parentPort!.postMessage({ intervals: indicators.intervals } satisfies Answer)
