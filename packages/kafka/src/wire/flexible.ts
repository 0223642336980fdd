import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/**
 * The compact types of flexible versions: lengths are unsigned varints plus one, 0 stands for null, and structures end with
 * tagged fields. https://cwiki.apache.org/confluence/display/KAFKA/KIP-482
 */
export class FlexibleWriter extends Writer {
  unsigned(n: number): void {
    let rest = n
    for (; rest > 0x7f; rest >>>= 7) this.int8((rest & 0x7f) | 0x80)
    this.int8(rest)
  }

  override string(text: string): void {
    const bytes = Buffer.from(text)
    this.unsigned(bytes.length + 1)
    for (const byte of bytes) this.int8(byte)
  }

  zeros(bytes: number): void {
    for (let i = 0; i < bytes; i++) this.int8(0)
  }

  /** No tagged fields. */
  tags(): void {
    this.int8(0)
  }
}

export class FlexibleReader extends Reader {
  unsigned(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.uint8()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  /** @returns compact bytes or text as a view; null is empty. */
  override bytes(): Buffer {
    return this.view(this.unsigned() - 1)
  }

  override array<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.unsigned() - 1) }, read)
  }

  hex(bytes: number): string {
    return this.view(bytes).toString('hex')
  }

  /** Skips tagged fields. */
  tags(): void {
    for (let rest = this.unsigned(); rest > 0; rest--) {
      this.unsigned()
      this.skip(this.unsigned())
    }
  }
}
