import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpHandler } from '@candlewick/service'
import { type Answer, json, refusal, send } from './answer.ts'
import { type Hosts, misdirected } from './hosts.ts'
import { openApi } from './openapi.ts'
import type { Origins } from './origins.ts'
import type { Files } from './page.ts'
import { BadQuery } from './query.ts'
import type { Route } from './routes.ts'

const API = '/api/'
const PROBED = new Set(['/healthz', '/readyz', '/metrics'])

/** Refuses requests that come under a name which is not ours. */
export function guarding(hosts: Hosts): HttpHandler {
  return (request, response) => {
    const { host } = request.headers
    const isProbe = PROBED.has(request.url?.split('?')[0] ?? '')
    if (isProbe ? hosts.allowsProbe(host) : hosts.allows(host)) return false
    return reply(request, response, refusal(421, misdirected(host)))
  }
}

/** Answers the API and the page's files; what is neither is left to others, such as /metrics. */
export function answering(routes: readonly Route[], files: Files, origins: Origins): HttpHandler {
  const byPath = new Map(routes.map(route => [route.path, route]))
  const document = json(200, openApi(routes))

  const api = ({ pathname, searchParams }: URL): Answer => {
    const route = byPath.get(pathname)
    if (!route) return refusal(404, `${pathname} is not here; /openapi.json says what is`)
    try {
      return route.answer(searchParams)
    } catch (error) {
      if (error instanceof BadQuery) return refusal(400, error.message)
      throw error
    }
  }

  return (request, response) => {
    const url = urlOf(request)
    if (!url) return reply(request, response, refusal(400, 'the path cannot be read'))
    const { pathname } = url
    const isApi = pathname.startsWith(API) || pathname === '/openapi.json'
    const found = files.get(pathname)
    if (!isApi && !found) return false
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return reply(request, response, refusal(405, `${request.method} is not possible: everything here is read-only`))
    if (found) return reply(request, response, unchanged(request, found))
    const answer = pathname === '/openapi.json' ? document : api(url)
    return reply(request, response, { ...answer, headers: { ...answer.headers, ...origins.headers(request) } })
  }
}

function reply(request: IncomingMessage, response: ServerResponse, answer: Answer): true {
  send(response, answer, request.method === 'HEAD')
  return true
}

function unchanged(request: IncomingMessage, answer: Answer): Answer {
  const known = answer.headers?.etag !== undefined && request.headers['if-none-match'] === answer.headers.etag
  return known ? { ...answer, status: 304, body: '' } : answer
}

function urlOf({ url = '/' }: IncomingMessage): URL | undefined {
  return URL.parse(url.startsWith('/') ? `http://localhost${url}` : url) ?? undefined
}
