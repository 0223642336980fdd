import { parse } from './services.ts'

/** How long a warning is worth being looked at. */
const SHOWN_MS = 60_000
const MOST_SHOWN = 3

/** What the instances warn of, each once. */
export class Warnings {
  readonly #recent: { readonly atMs: number; readonly text: string }[] = []
  /** Called with each as it comes. */
  onWarning: (text: string) => void = () => {}

  /** A line of an instance's log; what is less than a warning does not count. */
  add(instance: string, line: string): void {
    const { level, msg, error } = parse(line)
    if (level !== 'warn' && level !== 'error' && level !== 'fatal') return
    this.say(instance, `${msg}${error ? ` (${error.message})` : ''}`)
  }

  say(instance: string, sentence: string): void {
    const text = `${new Date().toISOString().slice(11, 19)} ${instance}: ${sentence}`
    this.#recent.push({ atMs: performance.now(), text })
    if (this.#recent.length > MOST_SHOWN) this.#recent.shift()
    this.onWarning(text)
  }

  /** The last few of the last minute, oldest first. */
  recent(): string[] {
    const since = performance.now() - SHOWN_MS
    return this.#recent.filter(({ atMs }) => atMs > since).map(({ text }) => text)
  }
}
