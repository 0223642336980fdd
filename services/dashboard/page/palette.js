/** Colours of indicator lines, readable on light and dark backgrounds. */
export const LINES = ['#d99a2b', '#5b8def', '#b06fd8', '#2fa8a0', '#e0708a', '#7f9a3c', '#8a8fa3', '#c9743a']

const NAMES = ['card', 'text', 'grid', 'line', 'muted', 'up', 'down']
let theme
let known

/** @returns the colours of the current theme */
export function colours() {
  const root = document.documentElement
  if (theme === root.dataset.theme) return known
  theme = root.dataset.theme
  const style = getComputedStyle(root)
  known = Object.fromEntries(NAMES.map(name => [name, style.getPropertyValue(`--${name}`).trim()]))
  return known
}

/** @returns the chart's options that depend on the theme */
export function chartColours() {
  const { card, text, grid, line, muted } = colours()
  const { fontFamily } = getComputedStyle(document.body)
  const cross = { color: muted, labelBackgroundColor: text }
  return {
    layout: {
      background: { color: card },
      textColor: muted,
      fontSize: 11,
      fontFamily,
      panes: { separatorColor: line, separatorHoverColor: grid },
    },
    grid: { vertLines: { color: grid }, horzLines: { color: grid } },
    rightPriceScale: { borderColor: line, minimumWidth: 76 },
    timeScale: { borderColor: line },
    crosshair: { vertLine: cross, horzLine: cross },
  }
}
