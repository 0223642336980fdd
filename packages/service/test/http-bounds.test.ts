import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addHealth } from '../src/health.ts'
import { httpServer, listen } from '../src/http-server.ts'

const reported: unknown[] = []
const health = { ready: () => undefined, metrics: new Registry() }
const sockets: Socket[] = []
let dropped = 0
const http = httpServer({
  failed: error => void reported.push(error),
  dropped: () => {
    dropped++
  },
})
let url = ''

beforeAll(async () => {
  addHealth(http, health)
  http.get('/throws', () => {
    throw new Error('the secret plan has failed')
  })
  url = await listen(http, { HTTP_PORT: 0, HTTP_HOST: '127.0.0.1' })
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await http.close()
})

/** Opens a raw connection. @returns the socket, its answer so far, and after how many ms it was closed */
async function raw(text = '') {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  sockets.push(socket)
  const answered: string[] = []
  const startedAt = performance.now()
  socket.on('error', () => {})
  socket.on('data', chunk => answered.push(String(chunk)))
  const closed = new Promise<number>(resolve => socket.once('close', () => resolve(performance.now() - startedAt)))
  await once(socket, 'connect')
  socket.write(text)
  return { socket, answer: () => answered.join(''), closed }
}

const lives = async () => expect((await fetch(`${url}/healthz`)).status).toBe(200)

describe('the HTTP server', { concurrent: true, timeout: 40_000 }, () => {
  it('closes a connection that sends nothing', async () => {
    const { closed } = await raw()
    expect(await closed).toBeLessThan(15_000)
  })

  it('closes a connection that keeps sending header fields, and answers others meanwhile', async () => {
    const { socket, closed, answer } = await raw('GET /healthz HTTP/1.1\r\nHost: x\r\n')
    const dripping = setInterval(() => socket.write('x-more: 1\r\n'), 200)
    await lives()
    expect(await closed).toBeLessThan(15_000)
    clearInterval(dripping)
    expect(answer()).toMatch(/^HTTP\/1.1 408 /)
  })

  it('closes a connection whose body never ends', async () => {
    const { socket, closed } = await raw('POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n')
    const dripping = setInterval(() => socket.write('x'.repeat(1000)), 100)
    expect(await closed).toBeLessThan(15_000)
    clearInterval(dripping)
  })

  it.each([
    ['a header too long', `GET /healthz HTTP/1.1\r\nHost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a body with a GET', 'GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789', 413],
    ['no HTTP', '\x16\x03\x01\x02\x00\r\n\r\n', 400],
  ])('refuses %s', async (_, request, status) => {
    const { answer, closed } = await raw(request)
    await closed
    expect(answer()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    await lives()
  })

  it('reveals neither its software nor its errors', async () => {
    for (const path of ['/healthz', '/nowhere', '/throws', '//', '/%']) {
      const response = await fetch(`${url}${path}`)
      expect([...response.headers.keys()].filter(name => /server|powered|version/.test(name))).toEqual([])
      expect(await response.text()).not.toMatch(/secret plan|node_modules|at .*\.ts/)
    }
    expect((await fetch(`${url}/throws`)).status).toBe(500)
    expect(String(reported.at(-1))).toContain('the secret plan has failed')
  })
})

it('accepts at most a hundred connections, reports the others, and accepts new ones after it has closed silent ones', async () => {
  const many = await Promise.all(Array.from({ length: 150 }, () => raw()))
  await expect.poll(() => sockets.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(100)
  expect(dropped).toBeGreaterThanOrEqual(50)
  await Promise.all(many.map(({ closed }) => closed))
  await sleep(0)
  await lives()
}, 40_000)
