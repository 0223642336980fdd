export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/gm
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** @returns the samples of a text in Prometheus's exposition format, without help and type */
export function parseMetrics(text: string): Sample[] {
  return [...text.matchAll(LINE)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key = '', quoted = '']) => [key, unquoted(quoted)])),
    value: Number(value),
  }))
}

const unquoted = (quoted: string): string => quoted.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
