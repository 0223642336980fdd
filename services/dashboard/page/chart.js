import { decimalsOf, fixed } from './format.js'
import { Legend } from './legend.js'
import { CandlestickSeries, createChart, HistogramSeries } from './lightweight-charts.mjs'
import { IndicatorLines } from './lines.js'
import { chartColours, colours } from './palette.js'

const PRICE_STRETCH = 5
const PANE_STRETCH = 1.6
const BAR_WIDTH = 8
const FEWEST_BARS = 40
const ROOM_FOR_BARS = 5
/** Bars may open in the same millisecond, but the library needs ascending times, so a bar's number is added as microseconds. */
const SAME_MS_MAX = 1000
const timeOf = ({ open_time_ms, bar = 0 }) => open_time_ms / 1000 + (bar % SAME_MS_MAX) / 1e6

/** The chart of one pair and interval: candles, volume and indicators. */
export class PriceChart {
  #chart
  #candles
  #volume
  #lines
  #legend
  #indicators = []
  /** Each window by its place on the time axis, in seconds: a candle, or a feature row, which has the candle's fields and more. */
  #windows = new Map()
  #newest = 0
  #decimals = 2

  constructor(container, legends) {
    const timeScale = { timeVisible: true, secondsVisible: true, rightOffset: ROOM_FOR_BARS }
    // The page is in English everywhere, and a browser's own locale may be one that the chart library rejects.
    this.#chart = createChart(container, { autoSize: true, timeScale, localization: { locale: 'en-GB' } })
    this.#candles = this.#chart.addSeries(CandlestickSeries, { borderVisible: false })
    const plain = { lastValueVisible: false, priceLineVisible: false }
    this.#volume = this.#chart.addSeries(HistogramSeries, { priceScaleId: 'volume', ...plain })
    this.#chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } })
    this.#chart.priceScale('right').applyOptions({ scaleMargins: { top: 0.14, bottom: 0.2 } })
    this.#lines = new IndicatorLines(this.#chart)
    this.#legend = new Legend(legends, this.#chart)
    this.#chart.subscribeCrosshairMove(({ time }) => this.#showLegend(time))
    new ResizeObserver(() => this.#showLegend()).observe(container)
    container.tabIndex = 0
    container.addEventListener('keydown', event => this.#key(event))
    addEventListener('theme', () => this.#paint())
    this.#paint()
  }

  /** Replaces everything that is drawn. Candles and rows are oldest first. */
  load({ candles, rows, indicators }) {
    const known = new Map([...candles, ...rows].map(window => [timeOf(window), window]))
    const times = [...known.keys()].sort((a, b) => a - b)
    this.#windows = new Map(times.map(time => [time, known.get(time)]))
    this.#newest = times.at(-1) ?? 0
    this.show(indicators)
    const bars = Math.max(FEWEST_BARS, Math.round(this.#chart.timeScale().width() / BAR_WIDTH))
    const to = times.length - 1 + ROOM_FOR_BARS
    this.#chart.timeScale().setVisibleLogicalRange({ from: to - bars, to })
  }

  /** Adds or updates one window from a candle, in progress or final, or from a feature row. */
  update(value) {
    const time = timeOf(value)
    const known = this.#windows.get(time)
    const isHistory = time < this.#newest
    // The library can append a window, but cannot insert an older one without setting all data again.
    if (isHistory && !known) return
    const window = { ...known, ...value }
    this.#windows.set(time, window)
    this.#newest = Math.max(this.#newest, time)
    this.#candles.update({ time, ...window }, isHistory)
    this.#volume.update(volumeBar(time, window), isHistory)
    this.#lines.update(time, window)
    this.#showLegend()
  }

  /** Draws these indicators and removes all others. */
  show(indicators) {
    this.#indicators = indicators
    const windows = [...this.#windows]
    this.#decimals = decimalsOf(windows.slice(-100).map(([, { close }]) => close))
    const formatter = price => fixed(price, this.#decimals)
    this.#candles.applyOptions({ priceFormat: { type: 'custom', minMove: 10 ** -this.#decimals, formatter } })
    this.#candles.setData(windows.map(([time, candle]) => ({ time, ...candle })))
    this.#volume.setData(windows.map(([time, candle]) => volumeBar(time, candle)))
    this.#lines.draw(indicators, windows)
    for (const [i, pane] of this.#chart.panes().entries()) pane.setStretchFactor(i === 0 ? PRICE_STRETCH : PANE_STRETCH)
    // Panes get their heights in the next frame.
    requestAnimationFrame(() => this.#showLegend())
  }

  /** How many windows are drawn. */
  get size() {
    return this.#windows.size
  }

  /** @returns the drawn data, for tests and the console */
  drawn() {
    return { candles: this.#candles.data(), panes: this.#chart.panes().length, lines: this.#lines.drawn() }
  }

  #showLegend(time = this.#newest) {
    const window = this.#windows.get(time)
    const row = time === this.#newest ? this.#lines.newestValues([...this.#windows.values()]) : window
    this.#legend.show(window, row, this.#lines.all, this.#decimals)
  }

  #paint() {
    const { up, down } = colours()
    this.#chart.applyOptions(chartColours())
    this.#candles.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down })
    if (this.#windows.size > 0) this.show(this.#indicators)
  }

  #key({ key }) {
    const scale = this.#chart.timeScale()
    const { from, to } = scale.getVisibleLogicalRange() ?? { from: 0, to: 0 }
    const step = (to - from) / 8
    const moves = { ArrowLeft: [-step, -step], ArrowRight: [step, step], '+': [step, 0], '-': [-step, 0] }
    if (key === 'End') scale.scrollToRealTime()
    else if (moves[key]) scale.setVisibleLogicalRange({ from: from + moves[key][0], to: to + moves[key][1] })
  }
}

function volumeBar(time, { volume, open, close }) {
  const { up, down } = colours()
  return { time, value: volume, color: `${close < open ? down : up}55` }
}
