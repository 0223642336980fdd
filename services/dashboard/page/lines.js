import { number } from './format.js'
import { HistogramSeries, LineSeries } from './lightweight-charts.mjs'
import { colours, LINES } from './palette.js'

/** Levels that traders look for in an indicator's pane. */
const LEVELS = {
  rsi: [30, 70],
  stoch: [20, 80],
  stochrsi: [20, 80],
  mfi: [20, 80],
  cci: [-100, 100],
  willr: [-80, -20],
}
/** Indicators with a fixed range get it as the range of their scale. */
const BOUNDS = { rsi: [0, 100], stoch: [0, 100], stochrsi: [0, 100], mfi: [0, 100], willr: [-100, 0] }
const isNumber = value => typeof value === 'number'

/** The indicators' series, drawn over the candles in the first pane or in a pane of their own. */
export class IndicatorLines {
  #chart
  all = []

  constructor(chart) {
    this.#chart = chart
  }

  /** @param windows pairs of a time in seconds and a feature row, oldest first */
  draw(indicators, windows) {
    for (const { series } of this.all) this.#chart.removeSeries(series)
    this.all = []
    let panes = 0
    for (const indicator of indicators) this.#add(indicator, indicator.onPrice ? 0 : ++panes, windows)
  }

  update(time, window) {
    for (const line of this.all)
      if (isNumber(window[line.field])) {
        line.series.update(point(line, time, window), time < line.newest)
        line.newest = Math.max(line.newest, time)
      }
  }

  /** @returns each field's newest value: the window in progress has only those that could be computed, and none at its start */
  newestValues(windows) {
    const [before = {}, newest = {}] = windows.slice(-2)
    return { ...before, ...Object.fromEntries(Object.entries(newest).filter(([, value]) => isNumber(value))) }
  }

  drawn() {
    return this.all.map(({ field, pane, series, newest }) => ({ field, pane, points: series.data().length, newest }))
  }

  #add({ name, fields }, pane, windows) {
    for (const { field, output } of fields) {
      const isBar = output.includes('hist')
      const color = LINES[this.all.filter(line => line.pane === pane).length % LINES.length]
      const series = this.#series(name, pane, { color, isBar })
      const line = { name, field, output, pane, series, color, isBar, newest: 0 }
      const points = windows.filter(([, row]) => isNumber(row[field])).map(([time, row]) => point(line, time, row))
      series.setData(points)
      line.newest = points.at(-1)?.time ?? 0
      this.all.push(line)
    }
    const { muted } = colours()
    const [functionName] = name.split(' ')
    const level = { color: muted, lineWidth: 1, lineStyle: 2, axisLabelVisible: false }
    if (pane > 0)
      for (const price of LEVELS[functionName] ?? []) this.all.at(-1).series.createPriceLine({ price, ...level })
  }

  #series(name, pane, { color, isBar }) {
    const [minValue, maxValue] = BOUNDS[name.split(' ')[0]] ?? []
    return this.#chart.addSeries(
      isBar ? HistogramSeries : LineSeries,
      {
        color,
        lineWidth: 1.5,
        priceLineVisible: false,
        lastValueVisible: pane > 0 && !isBar,
        crosshairMarkerVisible: false,
        priceFormat: { type: 'custom', minMove: 1e-8, formatter: number },
        ...(maxValue !== undefined && { autoscaleInfoProvider: () => ({ priceRange: { minValue, maxValue } }) }),
      },
      pane,
    )
  }
}

function point({ field, isBar }, time, row) {
  const value = row[field]
  if (!isBar) return { time, value }
  const { up, down } = colours()
  return { time, value, color: `${value < 0 ? down : up}99` }
}
