import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import type { Answer } from './answer.ts'

const PAGE = join(import.meta.dirname, '../../page')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
/** Everything comes from here; the chart library sets styles by itself. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export type Files = ReadonlyMap<string, Answer>

/**
 * The page's files by path, read once: the folder `page`, the chart library from its package, and what is added.
 * @param scripts paths of further modules for the page to load, served by whoever adds them
 */
export function pageFiles(scripts: readonly string[] = []): Files {
  const files = readdirSync(PAGE).map((name): [string, Answer] => [`/${name}`, file(join(PAGE, name))])
  const charts = createRequire(import.meta.url).resolve('lightweight-charts/package.json')
  const library = join(charts, '../dist/lightweight-charts.standalone.production.mjs')
  const all = new Map([...files, ['/lightweight-charts.mjs', file(library)] as const])
  const tags = scripts.map(path => `<script type="module" src="${path}"></script>\n`).join('')
  const index = readFileSync(join(PAGE, 'index.html'), 'utf8').replace('</head>', `${tags}</head>`)
  // Room for what the scripts will show, so that nothing jumps when they do.
  const whole = scripts.length > 0 ? index.replace('id="demo" hidden', 'id="demo"') : index
  return all.set('/', answer('.html', Buffer.from(whole)))
}

/** @returns the file as an answer that the browser may keep, and asks about each time. */
export const file = (path: string): Answer => answer(extname(path), readFileSync(path))

function answer(extension: string, body: Buffer): Answer {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
  const headers = {
    etag,
    'cache-control': 'no-cache',
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
  }
  return { status: 200, type: TYPES[extension] ?? 'application/octet-stream', body, headers }
}
