import { Malformed } from './trade.ts'

export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws Malformed */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Malformed('not JSON')
  }
}

/** @throws Malformed */
export function parseObject(text: string): Json {
  const value = parseJson(text)
  if (!isObject(value)) throw new Malformed('not an object')
  return value
}
