import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Hosts } from '../src/http/hosts.ts'
import { cluster, startDashboard } from './harness.ts'

let served: Awaited<ReturnType<typeof startDashboard>>

beforeAll(async () => {
  const { log } = await cluster()
  served = await startDashboard(log, { DASHBOARD_HOSTS: 'desk.example,192.0.2.7,[2001:db8::7]' })
})
afterAll(() => served.service.stop())

/** Asks under a host name, which fetch does not let its caller choose. */
const ask = (path: string, host: string, method = 'GET') =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asking = request(served.url + path, { method, headers: { host } }, async response =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(await response.toArray()).toString() }),
    )
    asking.on('error', reject).end()
  })

const upgrade = (host: string, origin: string) =>
  new Promise<string>(resolve => {
    const socket = new WebSocket(`${served.url.replace('http', 'ws')}/api/v1/stream`, { headers: { host, origin } })
    socket.on('open', () => {
      socket.terminate()
      resolve('open')
    })
    socket.on('unexpected-response', async (_, response) =>
      resolve(`${response.statusCode} ${Buffer.concat(await response.toArray())}`),
    )
  })

const OWN = ['localhost', 'LOCALHOST:8090', '127.0.0.1', '127.0.0.1:1', '[::1]', '[::1]:8090']
const LISTED = ['desk.example', 'Desk.Example:443', '192.0.2.7:8090', '[2001:db8::7]']
const FOREIGN = [
  'evil.example',
  'evil.example:8090',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'desk.example.evil.example',
  'evil-desk.example',
  '192.0.2.8',
  '[2001:db8::8]',
  'localhost.',
  'evil.example#localhost',
  'evil@localhost',
  '0',
]
const PATHS = ['/', '/main.js', '/lightweight-charts.mjs', '/openapi.json', '/api/v1/pairs', '/api/v1/nothing', '/x']

it.each([...OWN, ...LISTED])('answers to %s', async host => {
  expect((await ask('/api/v1/pairs', host)).status).toBe(200)
  expect((await ask('/', host)).status).toBe(200)
  expect(await upgrade(host, `http://${host}`)).toBe('open')
})

it.each(FOREIGN)('refuses every path and the stream under the name %s, and names the remedy', async host => {
  for (const path of PATHS) {
    const { status, body } = await ask(path, host)
    expect([path, status]).toEqual([path, 421])
    expect(JSON.parse(body).error).toContain('add it to DASHBOARD_HOSTS')
  }
  expect((await ask('/api/v1/pairs', host, 'POST')).status).toBe(421)
  expect(await upgrade(host, `http://${host}`)).toMatch(/^421 .*DASHBOARD_HOSTS/s)
})

/** Sends a request's text as it is. @returns the answer's first line */
const send = (text: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', data => {
      answer += data
    })
    socket.on('close', () => resolve(answer.split('\r\n')[0]!)).on('error', reject)
  })

it.each([
  ['two names', '/api/v1/pairs', 'Host: localhost\r\nHost: evil.example', 421],
  ['a foreign name in the path', 'http://evil.example/api/v1/pairs', 'Host: localhost', 421],
  ['a foreign name with a user in the path', 'http://localhost@evil.example/api/v1/pairs', 'Host: localhost', 421],
  ['a foreign name beside ours in the path', 'http://localhost/api/v1/pairs', 'Host: evil.example', 421],
  ['a foreign name in the path of a probe', 'http://evil.example/metrics', 'Host: 10.0.0.1', 421],
  ['a name from a proxy', '/api/v1/pairs', 'Host: evil.example\r\nX-Forwarded-Host: localhost', 421],
  ['no name', '/api/v1/pairs', 'Accept: */*', 400],
  ['our name in the path', 'http://localhost:8090/api/v1/pairs', 'Host: localhost', 200],
])('answers a request with %s as it should', async (_, path, headers, status) => {
  const text = `GET ${path} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`
  expect(await send(text)).toContain(` ${status} `)
})

it.each([
  ['http://localhost', 'open'],
  ['HTTP://LOCALHOST', 'open'],
  ['https://localhost', 'open'],
  ['http://a@localhost', '403'],
  ['http://localhost/', '403'],
  ['http://localhost/evil', '403'],
  ['http://localhost.evil.example', '403'],
  ['http://evil.example', '403'],
  ['null', '403'],
])('opens the stream for the origin %s: %s', async (origin, result) => {
  expect((await upgrade('localhost', origin)).slice(0, 4).trim()).toBe(result)
})

it('lets probes and Prometheus ask for health and metrics by any address, but not by a foreign name', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    for (const host of ['10.1.2.3:8080', '[2001:db8::8]:8080', 'localhost:8080', 'desk.example'])
      expect([path, host, (await ask(path, host)).status]).not.toEqual([path, host, 421])
    expect((await ask(path, 'evil.example')).status).toBe(421)
  }
})

it('counts a request without a name as a probe, not as a reader of the page', () => {
  const hosts = new Hosts([])
  expect([hosts.allows(undefined), hosts.allowsProbe(undefined)]).toEqual([false, true])
})
