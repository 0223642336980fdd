import { expect, it, onTestFinished } from 'vitest'
import { candleOf, cluster, startDashboard } from '../../services/dashboard/test/harness.ts'
import { launchChromium } from './chromium.ts'

const PAIRS = 30
const HISTORY = 1010
const PATIENCE = { timeout: 60_000, interval: 200 }

it('shows on the page how many pairs, candles and dead letters are left out, and what to do', async () => {
  const { log, candles, write } = await cluster()
  await candles(...Array.from({ length: HISTORY }, (_, n) => candleOf(n)))
  await candles(...Array.from({ length: PAIRS }, (_, n) => candleOf(0, `P${n}/USD`)))
  const headers = { reason: 'late', service: 'candles' }
  await write('dead-letters', ...Array.from({ length: 25 }, () => ({ key: 'BTC/USD', value: {}, headers })))
  const { service, url } = await startDashboard(log, { DASHBOARD_SERIES_MAX: '5', HISTORY_CANDLES: '2000' })
  onTestFinished(() => service.stop())
  const browser = await launchChromium()
  onTestFinished(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(`${url}/#BTC%2FUSD%401m`)
  const text = (selector: string) => page.locator(selector).textContent()
  await expect
    .poll(() => text('#pairs-left-out'), PATIENCE)
    .toBe(`and ${PAIRS - 4} pairs more; raise DASHBOARD_SERIES_MAX (now 5)`)
  await expect.poll(() => text('#older'), PATIENCE).toBe('10 older candles: /api/v1/candles has them')
  await expect.poll(() => text('#dead-letters'), PATIENCE).toContain('and 5 older ones; read the topic for all of them')
  expect(await text('#left-out')).toBe('')
}, 120_000)
