import { direction, fixed, number, percent, time, volume } from './format.js'
import { html, render } from './html.js'
import { titleOf } from './indicators.js'

/** Shows the values under the crosshair, or else the newest, in the corner of each pane. */
export class Legend {
  #root
  #chart

  constructor(root, chart) {
    this.#root = root
    this.#chart = chart
  }

  show(candle, row, lines, decimals) {
    const panes = this.#chart.panes()
    while (this.#root.children.length > panes.length) this.#root.lastElementChild.remove()
    while (this.#root.children.length < panes.length)
      this.#root.append(Object.assign(document.createElement('div'), { className: 'legend' }))
    let top = 6
    panes.forEach((pane, i) => {
      const element = this.#root.children[i]
      element.style.top = `${top}px`
      top += pane.getHeight() + 1
      const own = lines.filter(line => line.pane === i)
      render(
        element,
        html`${i === 0 ? prices(candle, decimals) : ''}${own.map((line, n) => value(line, row, own[n - 1]))}`,
      )
    })
  }
}

function prices(candle, decimals) {
  if (!candle) return ''
  const { open, high, low, close, open_time_ms, bar, complete, trade_count } = candle
  const change = close / open - 1
  const cell = (name, x) => html`<span><i>${name}</i> ${fixed(x, decimals)}</span>`
  return html`<span class="muted wide">${time(open_time_ms)}${bar === undefined ? '' : ` #${bar}`}</span>${cell('O', open)}${cell('H', high)}${cell('L', low)}${cell('C', close)}
    <span class="${direction(change)}">${percent(change)}</span><span><i>V</i> ${volume(candle.volume)}</span><span class="wide"><i>trades</i> ${trade_count}</span>
    ${complete ? '' : html`<span class="muted">incomplete</span>`}`
}

/** Writes the indicator's name before its first output only. */
function value({ name, field, output, color }, row, before) {
  const title = before?.name === name ? output : [titleOf(name), output].filter(Boolean).join(' ')
  return html`<span style="color:${color}"><i>${title}</i> ${number(row?.[field])}</span>`
}
