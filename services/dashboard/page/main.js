import { ask, listen } from './api.js'
import { PriceChart } from './chart.js'
import { count, decimalsOf, direction, fixed, percent } from './format.js'
import { html, render } from './html.js'
import { indicatorsOf, onIndicator, showMenu } from './indicators.js'
import { showPipeline } from './pipeline.js'
import { readAddress, rememberIndicators, shownIndicators, writeAddress } from './selection.js'
import { onPair, showPairs } from './watchlist.js'

const HISTORY = 1000
/** How many candles an interval needs to be the one that is shown first. */
const WORTH_A_LOOK = 40
const element = id => document.getElementById(id)
const chart = new PriceChart(element('chart'), element('legends'))
const shown = shownIndicators()

let { pair, interval } = readAddress()
let glances = []
let indicators = []
let state = { kind: 'loading', text: 'Connecting …' }
/** Whether the chart shows the selection; nothing is drawn before its history. */
let loaded = false
let hangUp = () => {}
let attempt = 0
/** What the stream has sent for the selection since its history was asked for; null once the history is there. */
let meanwhile = null
/** Whether the history is all that the topics have: a dashboard that has just started answers with what it has read. */
let isWhole = true

function connect() {
  hangUp()
  loaded = false
  const filter =
    pair && interval
      ? { channels: 'candles,rows,live,provisional,pairs,pipeline', pair, interval }
      : { channels: 'pairs,pipeline' }
  hangUp = listen(filter, {
    onOpen: load,
    onMessage: receive,
    onLost: reason => {
      loaded = false
      showState({
        kind: 'offline',
        text: `The dashboard does not answer${reason ? ` (${reason})` : ''}, trying again …`,
      })
    },
  })
}

/** Loads the selection's history once the stream is open, and draws afterwards what the stream sent meanwhile. */
async function load() {
  const mine = ++attempt
  meanwhile = []
  if (!pair || !interval) return
  const of = { pair, interval }
  const pipeline = await ask('pipeline').catch(() => undefined)
  isWhole = pipeline !== undefined && hasReadHistory(pipeline.state)
  const [candles = [], rows = [], fields = []] = await Promise.all([
    ask('candles', { ...of, n: HISTORY }),
    ask('rows', { ...of, n: HISTORY }),
    ask('fields', of),
  ]).catch(() => [])
  if (mine !== attempt) return
  indicators = indicatorsOf(fields)
  showMenu(indicators, shown)
  chart.load({ candles, rows, indicators: chosen() })
  loaded = candles.length > 0
  const isMissing = meanwhile.length >= HISTORY
  if (loaded) for (const value of meanwhile) chart.update(value)
  meanwhile = null
  // More arrived than is kept: the history has the rest by now.
  if (isMissing) return load()
  if (!loaded) setTimeout(() => mine === attempt && load(), 1000)
  showVeil()
}

/** Whether a dashboard in this state has read the topics up to the ends that they had when it started. */
const hasReadHistory = ({ kind }) => kind !== 'loading' && kind !== 'broker_away'

const hasInterval = (glance, name) => glance.intervals.some(of => of.interval === name)

/** One minute is what most people look at first; while there are few such candles, the shortest interval shows more. */
function firstInterval({ intervals }) {
  const minute = intervals.find(of => of.interval === '1m' && of.candles >= WORTH_A_LOOK)
  return (minute ?? intervals[0]).interval
}

const chosen = () => indicators.filter(({ name }) => shown.has(name))

function receive({ type, data }) {
  if (type === 'pairs') showGlances(data)
  else if (type === 'pipeline') {
    showPipeline(data)
    showState(data.state)
    if (!isWhole && hasReadHistory(data.state)) void load()
  } else if (data.pair === pair && data.interval === interval) {
    if (meanwhile?.length < HISTORY) meanwhile.push(data)
    if (!loaded) return
    chart.update(data)
    if (type === 'row' && indicators.length === 0) void load()
  }
}

function showGlances(data) {
  glances = data
  if (!glances.some(glance => glance.pair === pair && hasInterval(glance, interval)) && glances.length > 0) {
    const glance = glances.find(g => g.pair === pair) ?? glances[0]
    select(glance.pair, firstInterval(glance))
  }
  showPairs(glances, pair)
  showQuote()
}

function showQuote() {
  const glance = glances.find(g => g.pair === pair)
  element('pair').textContent = pair ?? '–'
  if (!glance) return
  const { price, change, closes, intervals } = glance
  element('price').textContent = price === null ? '–' : fixed(price, decimalsOf(closes.slice(-20)))
  render(
    element('change'),
    html`${change === null ? '' : html`<span class="${direction(change)}">${percent(change)}</span>`}`,
  )
  render(
    element('intervals'),
    html`${intervals.map(({ interval: name }) => html`<button type="button" value="${name}">${name}</button>`)}`,
  )
  const kept = intervals.find(of => of.interval === interval)?.candles ?? 0
  const older = loaded ? kept - chart.size : 0
  render(element('older'), html`${older > 0 ? `${count(older)} older candles: /api/v1/candles has them` : ''}`)
  for (const button of element('intervals').children) button.setAttribute('aria-pressed', button.value === interval)
  document.title = `${element('price').textContent} ${pair} – Candlewick`
  element('chart').setAttribute('aria-label', `${pair} ${interval} candles`)
}

function select(newPair, newInterval) {
  pair = newPair
  interval = newInterval
  writeAddress(pair, interval)
  showPairs(glances, pair)
  showQuote()
  connect()
}

function showState(now) {
  state = now
  element('state').dataset.kind = state.kind
  element('state-text').textContent = state.text
  showVeil()
}

/** Covers an empty chart with what it waits for, and a full one with what is wrong. */
function showVeil() {
  const veil = element('veil')
  const wrong = state.kind !== 'ok' && state.kind !== 'loading'
  veil.hidden = loaded && !wrong
  veil.classList.toggle('over', chart.drawn().candles.length > 0)
  veil.textContent = state.kind === 'ok' ? `No candles of ${pair ?? 'any pair'} ${interval ?? ''} yet` : state.text
}

onPair(name => {
  const glance = glances.find(g => g.pair === name)
  select(name, hasInterval(glance, interval) ? interval : firstInterval(glance))
})
onIndicator((name, isShown) => {
  if (isShown) shown.add(name)
  else shown.delete(name)
  rememberIndicators(shown)
  chart.show(chosen())
})
element('intervals').addEventListener('click', ({ target }) => {
  if (target.value) select(pair, target.value)
})
connect()
/** For tests and the console. */
globalThis.candlewick = { drawn: () => chart.drawn() }
