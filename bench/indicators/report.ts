/** Candles a CPU-second, by indicator. */
type Rates = ReadonlyMap<string, number>

export interface Results {
  readonly machine: string
  readonly candlewick: Rates
  readonly others: ReadonlyMap<string, Rates>
  /** Of sets of indicators at once. */
  readonly sets: Rates
}

const TITLES: Readonly<Record<string, string>> = {
  'trading-signals': 'trading-signals 8.3.0',
  technicalindicators: 'technicalindicators 3.1.0',
  talib: 'TA-Lib 0.8.1, window of 200',
}

/** @returns the report, bench/indicators.md. */
export function markdown({ machine, candlewick, others, sets }: Results): string {
  const libraries = [...others].filter(([, rates]) => rates.size > 0)
  const names = [...candlewick.keys()]
  return `# Speed of the indicators

Candles a CPU-second of one core, by \`npm run bench:indicators\`: the median of its rounds. ${machine}.
Each library computes all of its indicators one after the other in one process, as in a service that has several. TA-Lib
computes anew from the last 200 candles for each candle, by its Python wheel: what its users do live.

## Sets, every value of each candle

| set | millions of candles/CPU-s |
|---|---:|
${[...sets].map(([name, rate]) => `| ${name} | ${millions(rate)} |`).join('\n')}

## Times as fast as

| library | indicators shared | least | median | greatest | slower on |
|---|---:|---:|---:|---:|---|
${libraries.map(([library, rates]) => summary(library, rates, candlewick)).join('\n')}

## Each, millions of candles a CPU-second

| indicator | ours | ${libraries.map(([library]) => TITLES[library]).join(' | ')} |
|---|---:|${libraries.map(() => '---:|').join('')}
${names.map(name => `| ${name} | ${millions(candlewick.get(name)!)} | ${libraries.map(([, rates]) => beside(candlewick.get(name)!, rates.get(name))).join(' | ')} |`).join('\n')}
`
}

function summary(library: string, rates: Rates, ours: Rates): string {
  const ratios = [...rates]
    .map(([name, rate]) => ({ name, ratio: ours.get(name)! / rate }))
    .sort((a, b) => a.ratio - b.ratio)
  const times = (i: number) => (ratios.at(i)?.ratio ?? Number.NaN).toFixed(1)
  const slower = ratios.filter(({ ratio }) => ratio < 1).map(({ name }) => name)
  return `| ${TITLES[library]} | ${ratios.length} | ${times(0)} | ${times(ratios.length >> 1)} | ${times(-1)} | ${slower.join(', ') || 'none'} |`
}

const millions = (rate: number): string => (rate / 1e6).toPrecision(3)

/** A rate, and how many times ours is. */
const beside = (ours: number, theirs: number | undefined): string =>
  theirs === undefined ? '' : `${millions(theirs)} (${(ours / theirs).toFixed(1)}×)`
