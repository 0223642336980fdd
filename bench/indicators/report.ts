/** Numbers by indicator. */
type Numbers = ReadonlyMap<string, number>

export interface Beside {
  /** Candles per CPU-second. */
  readonly rates: Numbers
  /** How many times as fast our indicator is. */
  readonly times: Numbers
}

export interface Results {
  readonly machine: string
  /** Candles per CPU-second of our indicators. */
  readonly candlewick: Numbers
  /** Rates by the library's name. */
  readonly others: ReadonlyMap<string, Beside>
  /** Rates of sets of indicators that are computed together. */
  readonly sets: Numbers
}

/** @returns the report, bench/indicators.md. */
export function markdown({ machine, candlewick, others, sets }: Results): string {
  const libraries = [...others].filter(([, { rates }]) => rates.size > 0)
  return `# Speed of the indicators

Candles a CPU-second of one core, by \`npm run bench:indicators\`. ${machine}.
All indicators run one after the other in one process, as in a service that has several. Ours and an npm library's
take turns at the same candles, round by round in one process, and how many times as fast ours is, is the median of
what the two did side by side; the rates beside it vary with what else the machine does. TA-Lib recomputes from the
last 200 candles for each candle, by its Python wheel: what its users do live.

## Sets, every value of each candle

| set | millions of candles/CPU-s |
|---|---:|
${[...sets].map(([name, rate]) => `| ${name} | ${millions(rate)} |`).join('\n')}

## Times as fast as

| library | indicators shared | least | median | greatest | slower on |
|---|---:|---:|---:|---:|---|
${libraries.map(([library, { times }]) => summary(library, times)).join('\n')}

## Each, millions of candles a CPU-second

| indicator | ours | ${libraries.map(([library]) => library).join(' | ')} |
|---|---:|${libraries.map(() => '---:|').join('')}
${[...candlewick].map(([name, rate]) => `| ${name} | ${millions(rate)} | ${libraries.map(([, other]) => cell(other, name)).join(' | ')} |`).join('\n')}
`
}

function summary(library: string, times: Numbers): string {
  const ascending = [...times.values()].sort((a, b) => a - b)
  const at = (i: number) => (ascending.at(i) ?? Number.NaN).toFixed(1)
  const slower = [...times].filter(([, ratio]) => ratio < 1).map(([name]) => name)
  return `| ${library} | ${times.size} | ${at(0)} | ${at(ascending.length >> 1)} | ${at(-1)} | ${slower.join(', ') || 'none'} |`
}

const millions = (rate: number): string => (rate / 1e6).toPrecision(3)

/** A rate, and how many times as fast our indicator is. */
function cell({ rates, times }: Beside, name: string): string {
  const rate = rates.get(name)
  return rate === undefined ? '' : `${millions(rate)} (${times.get(name)!.toFixed(1)}×)`
}
