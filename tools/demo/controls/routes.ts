import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { HttpHandler } from '@candlewick/service'
import { json, refusal, send } from '../../../services/dashboard/src/http/answer.ts'
import { file } from '../../../services/dashboard/src/http/page.ts'
import { ACTIONS, type Controlled, controlState, NotNow } from './controls.ts'

const PANEL = '/demo/panel.js'
export const SCRIPTS = [PANEL]
const OWN_HOSTS = ['127.0.0.1', 'localhost', '[::1]']

/** Answers the page's panel: its module, its state, and by POST what its buttons do. */
export function controlRoutes(controlled: Controlled): HttpHandler {
  const files = new Map([PANEL, '/demo/panel.css'].map(path => [path, file(join(import.meta.dirname, path.slice(5)))]))
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (!pathname.startsWith('/demo/')) return false
    const found = files.get(pathname)
    if (request.method === 'POST') void act(controlled, pathname, request, response)
    else if (found) send(response, found)
    else if (pathname === '/demo/state') send(response, json(200, controlState(controlled)))
    else send(response, refusal(404, `${pathname} is not here`))
    return true
  }
}

async function act(controlled: Controlled, path: string, request: IncomingMessage, response: ServerResponse) {
  const [, , action = '', name = ''] = path.split('/')
  if (!isOwnPage(request)) return send(response, refusal(403, 'only the page on this machine may do that'))
  if (!Object.hasOwn(ACTIONS, action)) return send(response, refusal(404, `there is no control ${action}`))
  try {
    await ACTIONS[action]!(controlled, name)
    send(response, json(200, controlState(controlled)))
  } catch (error) {
    send(response, refusal(error instanceof NotNow ? 409 : 500, (error as Error).message))
  }
}

/** A page of another site must not be able to press a button here, under whatever name it has found this host. */
function isOwnPage({ headers: { host, origin } }: IncomingMessage): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? ''
  return OWN_HOSTS.includes(name) && origin === `http://${host}`
}
