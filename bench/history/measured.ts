/** The cost of one run of a contestant, all of its processes together. */
export interface Measured {
  readonly trades: number
  readonly rows: number
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakMegabytes: number
  /** CPU-seconds of each process, and of the broker, which is not part of `cpuSeconds`. */
  readonly parts?: Readonly<Record<string, number>>
}
