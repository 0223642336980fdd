import { html, render } from './html.js'

/** @returns the fields of the rows grouped by indicator, in their order */
export const indicatorsOf = fields => [...Map.groupBy(fields, field => field.indicator).entries()].map(toIndicator)

const toIndicator = ([name, fields]) => ({ name, fields, group: fields[0].group, onPrice: fields[0].on_price })

export const titleOf = name => name.replace(/^\S+/, word => word.toUpperCase().replaceAll('_', ' '))

const list = document.getElementById('indicator-list')

/** Shows the menu of indicators: those over the candles, and those in a pane of their own. */
export function showMenu(indicators, shown) {
  const part = (title, of) =>
    of.length === 0 ? '' : html`<fieldset><legend>${title}</legend>${of.map(box(shown))}</fieldset>`
  const over = indicators.filter(({ onPrice }) => onPrice)
  const below = indicators.filter(({ onPrice }) => !onPrice)
  const none = html`<p class="empty">No feature rows yet.</p>`
  render(list, indicators.length === 0 ? none : html`${part('Over the candles', over)}${part('Below', below)}`)
}

const box =
  shown =>
  ({ name }) =>
    html`<label><input type="checkbox" value="${name}" ${shown.has(name) ? 'checked' : ''}>${titleOf(name)}</label>`

/** Calls back with the name of an indicator and whether to show it. */
export function onIndicator(change) {
  const menu = document.getElementById('indicators')
  list.addEventListener('change', ({ target }) => change(target.value, target.checked))
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') menu.open = false
  })
  addEventListener('click', ({ target }) => {
    if (!menu.contains(target)) menu.open = false
  })
}
