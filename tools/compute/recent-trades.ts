/** So many trades of a pair are remembered, to tell a repeated row from another trade under its id. */
export const REMEMBERED = 1024
const FIELDS = 4

/** The newest trades of a pair, by id. */
export class RecentTrades {
  readonly #slots = new Float64Array(REMEMBERED * FIELDS).fill(-1)

  add(id: number, price: number, qty: number, stamp: number): void {
    const at = (id % REMEMBERED) * FIELDS
    const slots = this.#slots
    slots[at] = id
    slots[at + 1] = price
    slots[at + 2] = qty
    slots[at + 3] = stamp
  }

  /** @returns whether the trade of that id is the same, undefined where it is not remembered. */
  isSame(id: number, price: number, qty: number, stamp: number): boolean | undefined {
    const at = (id % REMEMBERED) * FIELDS
    const slots = this.#slots
    if (slots[at] !== id) return undefined
    return slots[at + 1] === price && slots[at + 2] === qty && slots[at + 3] === stamp
  }
}
