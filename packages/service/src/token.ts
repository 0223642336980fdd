import { readFileSync } from 'node:fs'

/** @returns the token that is in the file now. @throws Error that names the file if it has none */
export function readToken(file: string): string {
  const token = readFileSync(file, 'utf8').trim()
  if (token === '') throw new Error(`${file} is empty`)
  return token
}

/** @returns when a JSON web token expires, Unix ms; undefined for other tokens. */
export function expiryOf(token: string): number | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
