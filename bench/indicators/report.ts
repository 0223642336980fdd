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

The figures are candles per CPU-second of one core, measured by \`npm run bench:indicators\`. ${machine}.
All indicators run one after the other in one process, as in a service that has several. Our indicator and the npm
library's process the same candles in alternation, in one process. The factor in brackets is the median of these rounds;
the rates vary with the load of the machine. TA-Lib's Python wheel computes the last 200 candles again for each candle,
as users of TA-Lib do on live data.

## Sets, computing every value of each candle

| set | millions of candles per CPU-second |
|---|---:|
${[...sets].map(([name, rate]) => `| ${name} | ${millions(rate)} |`).join('\n')}

## How many times as fast as other libraries

| library | indicators in both | least | median | greatest | slower on |
|---|---:|---:|---:|---:|---|
${libraries.map(([library, { times }]) => summary(library, times)).join('\n')}

## Each indicator, in millions of candles per CPU-second

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
