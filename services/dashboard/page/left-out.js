import { count } from './format.js'
import { html, render } from './html.js'

const PAIRS = new Set(['pairs', 'series'])

/** The end of a list that is not complete, e.g. "and 6 more instances"; empty when it is. */
export const more = (n, what) => (n > 0 ? `and ${count(n)} ${what}` : '')

const quantity = ({ count: n, at_least, what }) => `${at_least ? 'more than ' : ''}${count(n)} ${what}`

/** Says what the dashboard's limits leave out: pairs below their list, everything else in the footer. */
export function showLeftOut(leftOut) {
  const pairs = leftOut.find(({ what }) => PAIRS.has(what))
  const atEnd = pairs ? `and ${quantity(pairs)} more; ${pairs.remedy}` : ''
  render(document.getElementById('pairs-left-out'), html`${atEnd}`)
  const others = leftOut.filter(({ what }) => !PAIRS.has(what)).map(of => `${quantity(of)} (${of.remedy})`)
  render(document.getElementById('left-out'), html`${others.length > 0 ? `Left out: ${others.join('; ')}.` : ''}`)
}
