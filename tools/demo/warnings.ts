import { parse } from './services.ts'

/** A warning stays on the screen for this long. */
const SHOWN_MS = 60_000
const SHOWN_MAX = 3
/** Maximum number of warnings kept for a minute; further ones are only counted. */
const KEPT_MAX = 1000

/** Warnings of the instances' logs, for the screen. */
export class Warnings {
  readonly #recent: { readonly atMs: number; readonly text: string }[] = []
  /** Called with each warning as it arrives. */
  onWarning: (text: string) => void = () => {}

  /** Takes a line of an instance's log; lines below the level warn are ignored. */
  add(instance: string, line: string): void {
    const { level, msg, error } = parse(line)
    if (level !== 'warn' && level !== 'error' && level !== 'fatal') return
    this.say(instance, `${msg}${error ? ` (${error.message})` : ''}`)
  }

  say(instance: string, sentence: string): void {
    const text = `${new Date().toISOString().slice(11, 19)} ${instance}: ${sentence}`
    this.#recent.push({ atMs: performance.now(), text })
    if (this.#recent.length > KEPT_MAX) this.#recent.shift()
    this.onWarning(text)
  }

  /** @returns the newest warnings of the last minute, oldest first, after a line that counts those left out */
  recent(): string[] {
    const since = performance.now() - SHOWN_MS
    while (this.#recent[0] && this.#recent[0].atMs <= since) this.#recent.shift()
    const shown = this.#recent.slice(-SHOWN_MAX).map(({ text }) => text)
    const left = this.#recent.length - shown.length
    if (left === 0) return shown
    const atLeast = this.#recent.length === KEPT_MAX ? 'at least ' : ''
    return [
      `${atLeast}${left} earlier warnings within the last minute are left out; the instances' logs have them`,
      ...shown,
    ]
  }
}
