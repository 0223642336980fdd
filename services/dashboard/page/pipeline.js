import { count, milliseconds, rate, span, time } from './format.js'
import { html, render } from './html.js'
import { showInstances } from './instances.js'
import { more, showLeftOut } from './left-out.js'

const element = id => document.getElementById(id)

/** Shows the pipeline as the service reports it. */
export function showPipeline(pipeline) {
  const { topics, groups, latency, activity, activity_older, dead_letters, left_out } = pipeline
  const trades = topics.find(({ topic }) => /(^|-)trades$/.test(topic)) ?? topics[0]
  const vitals = [
    [
      'window end → candle',
      `${milliseconds(latency.candles.p50_ms)} p50`,
      `${milliseconds(latency.candles.p99_ms)} p99`,
      '',
      basisOf(latency.candles),
    ],
    [
      '→ features',
      `${milliseconds(latency.rows.p50_ms)} p50`,
      `${milliseconds(latency.rows.p99_ms)} p99`,
      'wide',
      basisOf(latency.rows),
    ],
    ['trades/s', rate(trades?.rate ?? 0), '', ''],
  ]
  render(
    element('vitals'),
    html`${vitals.map(([name, a, b, wide, basis]) => html`<div class="${wide}" title="${basis}"><dt>${name}</dt><dd>${a}</dd><dd class="muted">${b}</dd></div>`)}`,
  )
  showInstances(pipeline)
  showTopics(topics, groups)
  showDeadLetters(dead_letters)
  const items = activity.map(
    ({ at_ms, kind, text }) => html`<li data-kind="${kind}"><time>${time(at_ms)}</time><span>${text}</span></li>`,
  )
  render(
    element('activity'),
    items.length > 0
      ? html`${items}<li class="more">${more(activity_older, 'earlier ones')}</li>`
      : html`<li class="empty">Nothing has happened yet.</li>`,
  )
  showLeftOut(left_out)
}

const basisOf = ({ count: n, span_ms }) => `${count(n)} windows of the last ${span(span_ms)}`

function showTopics(topics, groups) {
  const head = html`<tr><th>topic</th><th class="right">partitions</th><th class="right">records/s</th><th class="right wide">end offsets</th><th class="right">lag</th></tr>`
  const prefix = commonPrefix(topics.map(({ topic }) => topic))
  render(element('prefix'), html`${prefix && `all begin with ${prefix}`}`)
  const row = ({ topic, partitions, rate: perSecond }) => {
    const readers = groups.filter(({ input, instances }) => input === topic && instances.length > 0)
    const ends = partitions.reduce((sum, { next }) => sum + next, 0)
    const each = partitions
      .map(({ partition, rate: r, next }) => `partition ${partition}: ${rate(r)}/s, end ${next}`)
      .join('\n')
    return html`<tr title="${each}"><td class="clip">${topic.slice(prefix.length)}</td><td class="right">${partitions.length}</td><td class="right">${rate(perSecond)}</td><td class="right wide">${count(ends)}</td><td class="right">${readers.length > 0 ? readers.map(({ lag }) => count(lag)).join(', ') : '–'}</td></tr>`
  }
  render(element('topics'), html`<thead>${head}</thead><tbody>${topics.map(row)}</tbody>`)
}

/** The prefix that all topics share, such as a second exchange's, which the table's title shows once. */
function commonPrefix([first = '', ...others]) {
  const prefixes = [...first.matchAll(/-/g)].map(({ index }) => first.slice(0, index + 1))
  return prefixes.findLast(prefix => others.length > 0 && others.every(name => name.startsWith(prefix))) ?? ''
}

function showDeadLetters({ reasons, last, older, not_read }) {
  const sums = Object.entries(reasons).map(([reason, n]) => `${reason} ${n}`)
  render(element('reasons'), html`${sums.join(', ') || 'none'}`)
  const row = ({ at_ms, reason, service, key, source, value }) =>
    html`<tr title="${value}"><td>${time(at_ms)}</td><td>${reason}</td><td>${key ?? '–'}</td><td>${service}</td><td class="clip">${source}</td></tr>`
  const rest = more(older + not_read, 'older ones; read the topic for all of them')
  const table = html`<thead><tr><th>time</th><th>reason</th><th>key</th><th>service</th><th>source</th></tr></thead><tbody>${last.map(row)}${rest && html`<tr><td colspan="5" class="muted">${rest}</td></tr>`}</tbody>`
  render(
    element('dead-letters'),
    last.length > 0 ? table : html`<tbody><tr><td class="empty">Every record was processed.</td></tr></tbody>`,
  )
}
