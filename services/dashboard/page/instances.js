import { count, rate, time } from './format.js'
import { html, render } from './html.js'
import { more } from './left-out.js'

const MOVED_MS = 8000
/** How many pairs of a partition are named. */
const PAIRS_NAMED = 12
/** The owner of each partition, by group and partition. */
const owners = new Map()
/** When each partition got its owner, by group and partition. */
const since = new Map()

/** Shows each group's instances with their partitions; a partition that has just moved is marked. */
export function showInstances({ groups, writers, now_ms }) {
  note(groups)
  render(
    document.getElementById('instances'),
    html`${writers.map(writer => writerBlock(writer, now_ms))}${groups.map(groupBlock)}`,
  )
}

function note(groups) {
  for (const { group, instances } of groups)
    for (const { name, partitions } of instances)
      for (const { partition } of partitions) {
        const key = `${group} ${partition}`
        if (owners.has(key) && owners.get(key) !== name) since.set(key, performance.now())
        owners.set(key, name)
      }
}

const isNew = key => performance.now() - (since.get(key) ?? Number.NEGATIVE_INFINITY) < MOVED_MS

function named(pairs) {
  if (pairs.length === 0) return '–'
  return [pairs.slice(0, PAIRS_NAMED).join(', '), more(pairs.length - PAIRS_NAMED, 'more pairs')]
    .filter(Boolean)
    .join(' ')
}

function writerBlock({ id, exchange, pairs, seen_ms }, now) {
  const alive = now - seen_ms < 20_000
  const chips = pairs.map(
    ({ pair, partition, trades_per_second }) =>
      html`<span class="chip">${pair} → <span class="number">${partition}</span> <span class="muted">${rate(trades_per_second)}/s</span></span>`,
  )
  return html`<h3 class="group-head">trades-ingestor<span class="note lag">${exchange}</span></h3>
    <div class="instance"><span data-kind="${alive ? 'ok' : 'stalled'}"><span class="dot"></span></span>
    <div class="who"><span class="name">${id.replace(/^.*@/, '').replace(/:[^:]*$/, '')}</span><span class="note">${alive ? '' : `silent since ${time(seen_ms)}`}</span></div><div class="chips">${chips}</div></div>`
}

function groupBlock({ group, state, lag, instances, instances_left_out, pairs_left_out }) {
  const rows = instances.map(instance => instanceRow(group, instance))
  const none = html`<p class="empty">No instance is running.</p>`
  const rest = [more(instances_left_out, 'more instances'), more(pairs_left_out, 'more pairs')]
    .filter(Boolean)
    .join(', ')
  return html`<section data-group="${group}"><h3 class="group-head">${group}<span class="note">${state === 'Stable' ? '' : state}</span><span class="note lag">lag ${count(lag)}</span></h3>${rows.length > 0 ? rows : none}${rest && html`<p class="note">${rest}</p>`}</section>`
}

function instanceRow(group, { name, reason, partitions, stores = [], records, handovers, memory_bytes }) {
  const kind = reason === null ? 'ok' : 'stalled'
  const facts = [
    stores.length === 0 && `${count(records ?? 0)} records`,
    handovers > 0 && `${count(handovers)} ${handovers === 1 ? 'handover' : 'handovers'}`,
    memory_bytes && `${count(memory_bytes / 2 ** 20)} MiB`,
  ]
  const chips = [...partitions.map(partition => chip(group, partition)), ...stores.map(storeChip)]
  return html`<div class="instance"><span data-kind="${kind}"><span class="dot"></span></span>
    <div class="who"><span class="name">${name}</span><span class="note" title="${reason ?? ''}">${reason ?? facts.filter(Boolean).join(' · ')}</span></div>
    <div class="chips">${chips.length > 0 ? chips : html`<span class="muted">no partition</span>`}</div></div>`
}

function storeChip({ store, ready, rows, lag }) {
  const state = ready ? `lag ${count(lag)}` : 'is not written at the moment, and goes on by itself'
  return html`<span class="chip" data-store="${store}" title="${store}: ${state}"><span data-kind="${ready ? 'ok' : 'stalled'}"><span class="dot"></span></span>${store} <span class="muted">${count(rows)} rows</span></span>`
}

function chip(group, { partition, pairs, lag, ready }) {
  const key = `${group} ${partition}`
  const behind = lag > 0 ? html` <span class="muted">+${count(lag)}</span>` : ''
  return html`<span class="chip ${isNew(key) ? 'moved' : ''}" title="lag ${lag}${ready === false ? ', being restored' : ''}"><span class="number">${partition}</span> ${named(pairs)}${behind}</span>`
}
