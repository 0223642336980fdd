import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import etag from '@fastify/etag'
import files from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const PAGE = join(import.meta.dirname, '../../page')
const LIBRARY = 'lightweight-charts.standalone.production.mjs'
const LIBRARY_FOLDER = join(dirname(createRequire(import.meta.url).resolve('lightweight-charts/package.json')), 'dist')

const HEADERS = {
  // The browser caches each file, and asks each time whether it has changed.
  'cache-control': 'no-cache',
  // Everything comes from here; the chart library sets styles by itself.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}

/**
 * Adds the page and its files; afterwards `reply.sendFile` serves files with the same headers.
 * @param scripts paths of further modules for the page to load, served by whoever adds them
 */
export async function addPage(app: FastifyInstance, scripts: readonly string[] = []): Promise<void> {
  await app.register(files, {
    root: PAGE,
    index: false,
    // A route for each file that is there, so that no path is ever looked up on the disk.
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.headers(HEADERS)
      // RFC 9239; the library's table still has the obsolete application/javascript.
      if (/\.m?js$/.test(path)) reply.type('text/javascript; charset=utf-8')
    },
  })
  app.get('/lightweight-charts.mjs', (_, reply) => reply.sendFile(LIBRARY, LIBRARY_FOLDER))
  const index = withScripts(readFileSync(join(PAGE, 'index.html'), 'utf8'), scripts)
  await app.register(async root => {
    await root.register(etag)
    root.get('/', (_, reply) => reply.headers(HEADERS).type('text/html; charset=utf-8').send(index))
  })
}

function withScripts(index: string, scripts: readonly string[]): string {
  if (scripts.length === 0) return index
  const tags = scripts.map(path => `<script type="module" src="${path}"></script>\n`).join('')
  // Reserves room for the content that the scripts add, so that nothing on the page jumps.
  return index.replace('</head>', `${tags}</head>`).replace('id="demo" hidden', 'id="demo"')
}
