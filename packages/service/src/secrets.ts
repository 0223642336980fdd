import type { Env } from './env.ts'

const SECRET = /PASSWORD|SECRET|TOKEN|API_KEY/
/** Variables that name a file are not secrets. */
const FILE = /_FILE$/
const HIDDEN = '***'
/** Shorter secrets may also occur as ordinary words; hiding them would make logs unreadable. */
const SHORTEST = 6

/** @returns the variable's value without secrets: no password, no user in front of an @, no parameter of a URL. */
export function shown(variable: string, value: string): string {
  if (SECRET.test(variable) && !FILE.test(variable)) return HIDDEN
  const at = value.lastIndexOf('@')
  const from = at < 0 ? value : HIDDEN + value.slice(at)
  return from.replace(/([?&][^=&]*=)[^&]*/g, `$1${HIDDEN}`)
}

/**
 * Hides the values of secret variables. It is the last check of every logged line and every answer.
 * @param variables names of the secret variables @returns a function that hides their values in a text, also in JSON
 */
export function hiderOf(env: Env, variables: readonly string[]): (text: string) => string {
  const secrets = variables.flatMap(name => secretsOf(name, env[name] ?? '')).filter(({ length }) => length >= SHORTEST)
  const forms = new Set(secrets.flatMap(secret => [secret, JSON.stringify(secret).slice(1, -1)]))
  // The longest first, because one secret may be part of another.
  const all = [...forms].sort((a, b) => b.length - a.length)
  return text => all.reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text)
}

function secretsOf(name: string, value: string): string[] {
  if (FILE.test(name)) return []
  if (SECRET.test(name)) return [value]
  const url = URL.parse(value)
  if (!url) return []
  const { username, password, searchParams } = url
  return [username, password, ...searchParams.values()].flatMap(part => [part, unescaped(part)])
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
