import type { Env } from '@candlewick/service'

const KRAKEN_REST_URL = 'https://api.kraken.com'
const PROBE_MS = 3000

export interface ChosenExchange {
  readonly name: string
  /** A sentence about why this exchange was chosen. */
  readonly sentence: string
}

/** The exchange that the environment names; otherwise Kraken, if it answers within a few seconds; otherwise the simulated exchange. */
export async function chooseExchange(env: Env): Promise<ChosenExchange> {
  const { EXCHANGE: named, EXCHANGE_REST_URL: url = KRAKEN_REST_URL } = env
  if (named) return { name: named, sentence: `Exchange: ${named}, as EXCHANGE says.` }
  try {
    const response = await fetch(`${url}/0/public/Time`, { signal: AbortSignal.timeout(PROBE_MS) })
    if (response.ok)
      return { name: 'kraken', sentence: 'Exchange: Kraken, live (EXCHANGE=simulated for the simulated one).' }
  } catch {}
  return { name: 'simulated', sentence: `Exchange: simulated, as Kraken does not answer at ${url}.` }
}
