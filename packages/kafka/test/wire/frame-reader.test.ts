import fc from 'fast-check'
import { expect, it } from 'vitest'
import { received } from '../../src/memory/buffer-pool.ts'
import { FrameReader } from '../../src/wire/frame-reader.ts'

const framed = (payload: Uint8Array): Buffer => {
  const frame = Buffer.alloc(4 + payload.length)
  frame.writeInt32BE(payload.length)
  frame.set(payload, 4)
  return frame
}

it('assembles responses from pieces of any size that arrive in a reused buffer', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 })),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (payloads, sizes) => {
        const all = Buffer.concat(payloads.map(framed))
        const found: Buffer[] = []
        const frames = new FrameReader(frame => found.push(frame))
        const socket = Buffer.alloc(30)
        for (let at = 0, i = 0; at < all.length; i++) {
          const piece = socket.subarray(0, all.copy(socket, 0, at, at + sizes[i % sizes.length]!))
          frames.push(piece)
          at += piece.length
          piece.fill(0xff)
        }
        expect(found).toEqual(payloads.map(framed))
      },
    ),
  )
})

it('rejects an impossible length', () => {
  for (const length of [-1, 0x15030300]) {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(length)
    expect(() => new FrameReader(() => {}).push(bytes)).toThrow(
      `A response of ${length} bytes is not the Kafka protocol`,
    )
  }
})

it('reuses memory only after it was given back, and for one response', () => {
  const buffer = received.take(100_000)
  expect(buffer.length).toBe(100_000)
  received.give(buffer.subarray(10, 20))
  received.give(buffer)
  const [again, other] = [received.take(90_000), received.take(90_000)]
  expect(again.buffer === buffer.buffer).toBe(true)
  expect(other.buffer === buffer.buffer).toBe(false)
  received.give(Buffer.alloc(100_000))
  expect(received.take(100_000).buffer === buffer.buffer).toBe(false)
})
