import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Candle } from '@candlewick/market-data'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFailed, vi } from 'vitest'
import { launchChromium } from './chromium.ts'
import { startDemoInMemory } from './harness.ts'

const PATIENCE = { timeout: 60_000, interval: 200 }
const PICTURE = join(import.meta.dirname, '../../docs/dashboard.png')

interface Drawn {
  readonly candles: readonly { readonly time: number; readonly open: number; readonly close: number }[]
  readonly panes: number
  readonly lines: readonly { readonly field: string; readonly points: number; readonly newest: number }[]
}

// Chromium renders on the CPU here, which may be busy.
vi.setConfig({ testTimeout: 180_000 })

let demo: Awaited<ReturnType<typeof startDemoInMemory>>
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([
    startDemoInMemory({ CANDLE_INTERVALS: '1s,3s,tick:2', PAIRS: 'BTC/USD,ETH/USD,SOL/USD,XRP/USD,DOGE/USD' }),
    launchChromium(),
  ])
  page = await openPage(1440, 900, 'dark')
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

beforeEach(() => {
  onTestFailed(() => console.error(complaints.join('\n')))
})

async function openPage(width: number, height: number, colorScheme: 'dark' | 'light') {
  const opened = await browser.newPage({ viewport: { width, height }, colorScheme })
  opened.on('pageerror', error => complaints.push(error.message))
  opened.on('console', message => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`)
  })
  await opened.goto(demo.url)
  return opened
}

const drawn = (on = page) =>
  on.evaluate(() => (globalThis as unknown as { candlewick: { drawn(): Drawn } }).candlewick.drawn())
const text = (selector: string, on = page) => on.locator(selector).textContent()
const candlesOf = async (pair: string, interval: string): Promise<Candle[]> =>
  (await fetch(`${demo.url}/api/v1/candles?${new URLSearchParams({ pair, interval, n: '1000' })}`)).json() as Promise<
    Candle[]
  >

/** Expects every final candle of the topic to be drawn with the topic's values. */
async function expectDrawn(pair: string, interval: string, on = page): Promise<void> {
  const published = await candlesOf(pair, interval)
  expect(published.length).toBeGreaterThan(3)
  const wanted = published.map(({ open_time_ms, bar = 0, open, close }) => {
    return { time: open_time_ms / 1000 + (bar % 1000) / 1e6, open, close }
  })
  await expect
    .poll(async () => {
      const byTime = new Map((await drawn(on)).candles.map(({ time, open, close }) => [time, { time, open, close }]))
      return wanted.map(({ time }) => byTime.get(time))
    }, PATIENCE)
    .toEqual(wanted)
}

/** @returns the partitions of each instance of candles according to the instances card */
const owners = (): Promise<[name: string, partitions: string[]][]> =>
  page.locator('#instances [data-group$=candles] .instance').evaluateAll(rows =>
    rows.map(row => {
      const chips = [...row.querySelectorAll('.chip .number')]
      return [String(row.querySelector('.name')?.textContent), chips.map(chip => String(chip.textContent))]
    }),
  )

const findings = async () =>
  (await page.locator('#demo-findings dd').allTextContents()).map(n => Number(n.replace(',', '')))

it('shows the candles of the topic, and indicators over and below them', async () => {
  await expect.poll(async () => (await drawn()).candles.length, PATIENCE).toBeGreaterThan(4)
  await expectDrawn('BTC/USD', '1s')
  await expect.poll(() => text('#state-text'), PATIENCE).toBe('Live')
  await expect.poll(async () => (await drawn()).lines.map(line => line.field), PATIENCE).toContain('rsi_14')
  expect((await drawn()).panes).toBe(3)
  expect(await text('#price')).toMatch(/^\d\d,\d{3}\.\d+$/)
})

it('draws and shows the values that an indicator would have if the candle in progress ended now', async () => {
  const minute = await openPage(1440, 900, 'dark')
  await minute.goto(`${demo.url}#${encodeURIComponent('BTC/USD@3s')}`)
  await minute.reload()
  const isAhead = async () => {
    const published = (await candlesOf('BTC/USD', '3s')).at(-1)!.open_time_ms / 1000
    const { candles, lines } = await drawn(minute)
    return candles.at(-1)!.time > published && (lines.find(({ field }) => field === 'rsi_14')?.newest ?? 0) > published
  }
  await expect.poll(isAhead, PATIENCE).toBe(true)
  await minute.close()
})

it('draws new candles without a reload', async () => {
  const before = (await drawn()).candles
  await expect.poll(async () => (await drawn()).candles.length, PATIENCE).toBeGreaterThan(before.length + 2)
  await expectDrawn('BTC/USD', '1s')
})

it('draws candles that arrive while the history is being loaded', async () => {
  const slow = await browser.newPage()
  await slow.route('**/api/v1/fields?*', async route => {
    await sleep(3000)
    await route.continue()
  })
  await slow.goto(demo.url)
  await expect.poll(async () => (await drawn(slow)).candles.length, PATIENCE).toBeGreaterThan(4)
  await expectDrawn('BTC/USD', '1s', slow)
  await slow.close()
})

it('loads the history again when the dashboard had not read all of it yet', async () => {
  const early = await browser.newPage()
  const fake = (path: string, answer: (real: Candle[]) => object) =>
    early.route(`**/api/v1/${path}?*`, async route =>
      route.fulfill({ json: answer((await (await route.fetch()).json()) as Candle[]) }),
    )
  await fake('pipeline', () => ({ state: { kind: 'loading', text: 'Reading history …' } }))
  await fake('candles', candles => candles.toSpliced(-3, 2))
  // Rows have the fields of candles, so they would hide the missing candles.
  await fake('rows', () => [])
  await early.goto(demo.url)
  await expect.poll(async () => (await drawn(early)).candles.length, PATIENCE).toBeGreaterThan(4)
  await early.unrouteAll({ behavior: 'wait' })
  await expectDrawn('BTC/USD', '1s', early)
  await early.close()
})

it('changes the pair by keyboard and the interval by a click, and puts both into the address', async () => {
  await page.locator('.pair[data-pair="ETH/USD"]').focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => text('#pair'), PATIENCE).toBe('ETH/USD')
  await expectDrawn('ETH/USD', '1s')
  await page.locator('#intervals button[value="3s"]').click()
  await expect.poll(async () => (await candlesOf('ETH/USD', '3s')).length, PATIENCE).toBeGreaterThan(3)
  await expectDrawn('ETH/USD', '3s')
  expect(decodeURIComponent(new URL(page.url()).hash)).toBe('#ETH/USD@3s')
  const shared = await browser.newPage()
  await shared.goto(page.url())
  await expect.poll(() => text('#pair', shared), PATIENCE).toBe('ETH/USD')
  await shared.close()
  await page.locator('#intervals button[value="1s"]').click()
})

it('draws the chosen indicators and remembers them', async () => {
  await page.locator('#indicators summary').click()
  await page.getByLabel('ADX 14').check()
  await page.getByLabel('MACD 12 26 9').uncheck()
  await page.keyboard.press('Escape')
  const fields = async () => (await drawn()).lines.map(({ field }) => field)
  await expect.poll(fields, PATIENCE).toContain('adx_14')
  expect(await fields()).not.toContain('macd_12_26_9')
  await page.reload()
  await expect.poll(fields, PATIENCE).toContain('adx_14')
})

it('shows the feature store with its partitions and how many rows each store has', async () => {
  const shown = page.locator('#instances [data-group$=feature-store]')
  await expect.poll(() => shown.locator('.chip .number').allTextContents(), PATIENCE).toEqual(['0', '1', '2'])
  const store = shown.locator('[data-store=parquet]')
  const rows = async () => Number(/([\d,.k]+) rows/.exec(String(await store.textContent()))?.[1]?.replace(',', ''))
  await expect.poll(rows, PATIENCE).toBeGreaterThan(0)
  expect(await store.locator('[data-kind=ok]').count()).toBe(1)
  const before = await rows()
  await expect.poll(rows, PATIENCE).toBeGreaterThan(before)
})

it('shows a new instance and its partitions while every window stays correct', async () => {
  await expect.poll(async () => (await owners()).flatMap(([, p]) => p).sort(), PATIENCE).toEqual(['0', '1', '2'])
  const before = (await owners()).map(([name]) => name)
  await page.getByRole('button', { name: 'Add instance' }).click()
  await expect
    .poll(async () => (await owners()).filter(([name, p]) => !before.includes(name) && p.length > 0), PATIENCE)
    .toHaveLength(1)
  const [newest] = (await owners()).filter(([name]) => !before.includes(name))
  await expect.poll(() => text('#activity'), PATIENCE).toContain(`${newest![0]} joined`)
  await expect
    .poll(() => text('#activity'), PATIENCE)
    .toMatch(new RegExp(`partition \\d moved from .* to ${newest![0]}`))
  const [checked = 0] = await findings()
  await expect.poll(async () => (await findings())[0], PATIENCE).toBeGreaterThan(checked + 10)
  expect((await findings()).slice(1)).toEqual([0, 0, 0])
})

// UPDATE_DOCS=1 renews the README's picture, as it does the tables of other documents. Use it on a quiet machine: the picture has delays.
it.runIf(process.env.UPDATE_DOCS)('shows everything on a tall screen, the feature store included', async () => {
  const [width, usual, tall] = [1440, 900, 1400]
  await page.getByRole('button', { name: 'kill -9 candles-1' }).click()
  await page.getByRole('button', { name: 'Add partition' }).click()
  await expect.poll(() => text('#activity'), PATIENCE).toMatch(/hands the state of \S+ over to partition 3/)
  await page.setViewportSize({ width, height: tall })
  await expect.poll(async () => (await drawn()).candles.length, PATIENCE).toBeGreaterThan(60)
  await expect.poll(() => text('#instances'), PATIENCE).not.toMatch(/does not answer|starting/)
  await page.locator('#instances [data-group$=feature-store] [data-store=parquet]').scrollIntoViewIfNeeded()
  await page.screenshot({ path: PICTURE })
  await page.setViewportSize({ width, height: usual })
})

// The picture has used the instance and the partition that this test needs.
it.skipIf(process.env.UPDATE_DOCS)(
  'publishes only correct windows through a kill -9, a new partition, a cut connection and 100 times the load',
  async () => {
    const before = (await owners()).find(([, p]) => p.length > 0)![0]
    await page.getByRole('button', { name: 'kill -9 candles-1' }).click()
    for (const name of ['Add partition', 'Cut exchange', 'Speed ×100']) await page.getByRole('button', { name }).click()
    await expect.poll(async () => (await owners()).flatMap(([, p]) => p).sort(), PATIENCE).toEqual(['0', '1', '2', '3'])
    await expect.poll(async () => (await owners()).map(([name]) => name), PATIENCE).not.toContain(before)
    // Five pairs on three partitions: the fourth partition takes over a pair, with its state, from one that has two.
    await expect
      .poll(() => text('#activity'), PATIENCE)
      .toMatch(/moves from partition \d to partition 3 of simulated-trades/)
    await expect
      .poll(() => text('#activity'), PATIENCE)
      .toMatch(/simulated-candles hands the state of \S+ over to partition 3/)
    await page.getByRole('button', { name: 'Back to ×1' }).click()
    const [checked = 0] = await findings()
    await expect.poll(async () => (await findings())[0], PATIENCE).toBeGreaterThan(checked + 30)
    expect((await findings()).slice(1)).toEqual([0, 0, 0])
  },
)

it('reports that the dashboard does not answer, and continues without a hole when it answers again', async () => {
  await demo.closePage()
  await expect.poll(() => text('#veil'), PATIENCE).toContain('The dashboard does not answer')
  expect(await page.locator('#state').getAttribute('data-kind')).toBe('offline')
  const before = (await drawn()).candles.length
  await demo.openPage()
  await expect.poll(() => text('#state-text'), PATIENCE).toBe('Live')
  await expect.poll(() => page.locator('#veil').isHidden(), PATIENCE).toBe(true)
  // The dashboard may have been away for less than one candle.
  await expect.poll(async () => (await drawn()).candles.length, PATIENCE).toBeGreaterThan(before)
  await expectDrawn('ETH/USD', '1s')
  // The browser's errors from the time without a server are expected.
  complaints.length = 0
})

const VIEWS = [
  [1440, 'dark'],
  [390, 'light'],
] as const

it('fits a dark desktop and a light phone without layout shifts, overflow or console errors', async () => {
  await Promise.all(VIEWS.map(([width, scheme]) => look(width, scheme)))
  expect(complaints).toEqual([])
})

async function look(width: number, scheme: 'dark' | 'light'): Promise<void> {
  const other = await openPage(width, 900, scheme)
  await expect.poll(async () => (await drawn(other)).candles.length, PATIENCE).toBeGreaterThan(4)
  expect(await other.evaluate(layoutShift)).toBeLessThan(0.05)
  expect(await other.locator('html').evaluate(html => html.scrollWidth)).toBeLessThanOrEqual(width)
  expect(await other.locator('html').getAttribute('data-theme')).toBe(scheme)
  await other.close()
}

/** Runs in the page. @returns the layout shift since the page was opened, measured for another 1.5 s */
const layoutShift = () =>
  new Promise<number>(resolve => {
    let sum = 0
    const add = (list: { getEntries(): unknown[] }) => {
      for (const entry of list.getEntries()) sum += (entry as { value: number }).value
    }
    new PerformanceObserver(add).observe({ type: 'layout-shift' as 'mark', buffered: true })
    setTimeout(() => resolve(sum), 1500)
  })

it('draws bars side by side, each at its own place, and the auditor finds nothing wrong in them', async () => {
  const other = await openPage(1440, 900, 'dark')
  await other.goto(`${demo.url}#${encodeURIComponent('BTC/USD@tick:2')}`)
  await other.reload()
  await expectDrawn('BTC/USD', 'tick:2', other)
  await expect.poll(() => text('.legend >> nth=0', other), PATIENCE).toContain('#')
  expect(demo.audit.findings()).toMatchObject({ wrong: 0, doubled: 0, missing: 0 })
  await other.close()
})
