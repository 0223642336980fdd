import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaLog } from '@candlewick/kafka'

const POLL_MS = 50

/** Waits until a Kafka broker answers a request. @throws Error naming the broker after `withinMs`; any error of `alive` */
export async function untilAnswers(brokers: string, withinMs: number, alive: () => void = () => {}): Promise<void> {
  const until = performance.now() + withinMs
  const [host = '', port = ''] = brokers.split(',')[0]!.split(/:(?=\d+$)/)
  for (;;) {
    alive()
    if ((await isOpen(host, Number(port))) && (await answers(brokers))) return
    if (performance.now() > until) throw new Error(`No Kafka broker answers at ${brokers} within ${withinMs / 1000} s`)
    await sleep(POLL_MS)
  }
}

async function answers(brokers: string): Promise<boolean> {
  const log = kafkaLog({ brokers: brokers.split(','), clientId: 'candlewick-tools' })
  try {
    await log.topics.partitions(['candles'])
    return true
  } catch {
    return false
  } finally {
    await log.close()
  }
}

async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 1000 })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** @returns `count` TCP ports that are free now */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map(server => once(server, 'listening')))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => once(server.close(), 'close')))
  return ports
}
