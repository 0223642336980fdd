import { count } from '/format.js'
import { html, render } from '/html.js'

/** The demo's panel: its buttons and the auditor's findings. */
const panel = document.getElementById('demo')
const STATE_MS = 1000

// The panel would move the page if it were shown before its styles are loaded.
await new Promise(resolve => {
  const styles = { rel: 'stylesheet', href: '/demo/panel.css', onload: resolve, onerror: resolve }
  document.head.append(Object.assign(document.createElement('link'), styles))
})
panel.innerHTML = `<h2 class="card-title">Try to break it<span class="note" id="demo-note"></span></h2>
  <div id="demo-findings"></div><div id="demo-buttons" class="demo-buttons"></div>
  <ul id="demo-instances"></ul><p id="demo-said" class="demo-said" role="status"></p>`
panel.hidden = false
const part = name => document.getElementById(`demo-${name}`)

function show({ exchange, can_cut, pace, instances, audit, against }) {
  render(part('note'), html`exchange: ${exchange}`)
  showFindings(audit, against)
  const isFast = pace !== null && pace !== 1
  const buttons = [
    button('add', 'Add instance', 'Starts one more instance of candles'),
    button('partition', 'Add partition', 'Adds a partition to the topic of trades while it is in use'),
    can_cut &&
      button('cut', 'Cut exchange', 'Closes the connection to the exchange; missed trades are fetched afterwards'),
    pace !== null && button('pace', isFast ? 'Back to ×1' : 'Speed ×100', 'A hundred times as many trades', isFast),
  ]
  render(part('buttons'), html`${buttons.filter(Boolean)}`)
  render(part('instances'), html`${instances.map(row)}`)
}

const button = (action, text, title, isOn = false) =>
  html`<button type="button" class="demo-button" data-action="${action}" title="${title}" aria-pressed="${isOn}">${text}</button>`

function row({ name, pid, url, state }) {
  const where = state === 'running' ? new URL(url).host : state
  return html`<li><span class="name">${name}</span><span class="muted where">${where}${pid === null ? '' : ` · pid ${pid}`}</span>
    <button type="button" class="demo-button" data-action="stop/${name}" aria-label="Stop ${name}">Stop</button>
    <button type="button" class="demo-button danger" data-action="kill/${name}" aria-label="kill -9 ${name}">kill -9</button></li>`
}

function showFindings({ checked, wrong, doubled, missing, awaited, unchecked, complaints }, against) {
  const fault = (name, n) => html`<div class="${n > 0 ? 'down' : 'up'}"><dd>${count(n)}</dd><dt>${name}</dt></div>`
  const note = `against ${against}${awaited > 0 ? `; ${count(awaited)} not published yet` : ''}${unchecked > 0 ? `; ${count(unchecked)} incomplete or too old to be checked` : ''}`
  render(
    part('findings'),
    html`<dl class="demo-findings"><div><dd>${count(checked)}</dd><dt>windows checked</dt></div>${fault('wrong', wrong)}${fault('doubled', doubled)}${fault('missing', missing)}</dl>
    <p class="demo-against muted">${note}</p>${complaints.map(text => html`<p class="demo-against down">${text}</p>`)}`,
  )
}

async function refresh() {
  const response = await fetch('/demo/state').catch(() => undefined)
  if (response?.ok) show(await response.json())
}

panel.addEventListener('click', async ({ target }) => {
  const { action } = target.dataset
  if (!action) return
  target.disabled = true
  const response = await fetch(`/demo/${action}`, { method: 'POST' }).catch(() => undefined)
  const answer = await response?.json()
  target.disabled = false
  part('said').textContent = response?.ok ? '' : (answer?.error ?? 'The demo does not answer')
  if (response?.ok) show(answer)
})
setInterval(refresh, STATE_MS)
await refresh()
