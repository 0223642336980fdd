import { decimalsOf, direction, fixed, percent, span } from './format.js'
import { html, render } from './html.js'

const list = document.getElementById('pairs')
const WIDTH = 100
const HEIGHT = 24

/** Shows each pair with its price, its change and a line of its closes. */
export function showPairs(glances, selected) {
  render(document.getElementById('span'), html`${glances[0]?.span_ms ? `last ${span(glances[0].span_ms)}` : ''}`)
  if (list.children.length !== glances.length) render(list, html`${glances.map(({ pair }) => item(pair))}`)
  glances.forEach((glance, i) => {
    const button = list.children[i].firstElementChild
    button.dataset.pair = glance.pair
    button.setAttribute('aria-current', glance.pair === selected)
    render(button, face(glance))
  })
}

const item = pair => html`<li><button class="pair" type="button" data-pair="${pair}"></button></li>`

function face({ pair, price, change, closes }) {
  const decimals = decimalsOf(closes.slice(-20))
  return html`<span class="name">${pair}</span><span class="price num">${price === null ? '–' : fixed(price, decimals)}</span>
    <svg class="spark ${direction(change ?? 0)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><path d="${path(closes)}"/></svg>
    <span class="change num ${direction(change ?? 0)}">${change === null ? '' : percent(change)}</span>`
}

function path(closes) {
  if (closes.length < 2) return ''
  const low = Math.min(...closes)
  const height = Math.max(...closes) - low || 1
  const x = i => ((i / (closes.length - 1)) * WIDTH).toFixed(1)
  const y = close => (HEIGHT - 2 - ((close - low) / height) * (HEIGHT - 4)).toFixed(1)
  return closes.map((close, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(close)}`).join('')
}

/** Calls back with the chosen pair. */
export const onPair = choose =>
  list.addEventListener('click', ({ target }) => {
    const button = target.closest('.pair')
    if (button) choose(button.dataset.pair)
  })
