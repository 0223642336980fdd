import { expect, it } from 'vitest'
import { CallGate } from '../../src/client/call-gate.ts'

it('disconnects again if a call under way has connected after the first disconnect', async () => {
  const gate = new CallGate()
  let connections = 0
  const disconnect = async () => {
    connections = 0
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  const call = gate.run(async () => {
    await promise
    connections++
  })
  const closed = gate.close(disconnect)
  setTimeout(resolve, 20)
  await Promise.all([call, closed])
  expect(connections).toBe(0)
})

it('refuses calls once it is closed', async () => {
  const gate = new CallGate()
  expect(await gate.run(async () => 7)).toBe(7)
  await gate.close(async () => {})
  await expect(gate.run(async () => 7)).rejects.toThrow('The connection to Kafka is closed')
})

it('does not wait without end for a call that never ends', async () => {
  const gate = new CallGate()
  void gate.run(() => new Promise<void>(() => {}))
  let disconnected = 0
  await gate.close(async () => void disconnected++)
  expect(disconnected).toBe(2)
})
