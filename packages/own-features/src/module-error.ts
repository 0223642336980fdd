import * as indicators from '@candlewick/indicators'
import { FeatureError } from './feature-error.ts'
import { MOUNTED } from './module-hooks.ts'

const MISSING_EXPORT = /The requested module '(.+)' does not provide an export named '(.+)'/
/** Location of a syntax error in an error's stack: `file:///…/x.ts:3`, alone in its line. */
const PARSED_AT = /^(file:\/\/\S+?|\/\S+?):(\d+)$/

/** @returns an error that explains why a module cannot be loaded, with the line and the remedy. */
export function loadingError(file: string, error: unknown): FeatureError {
  const { name, code, message } = error as NodeJS.ErrnoException
  const [, from, missing] = MISSING_EXPORT.exec(message) ?? []
  if (missing !== undefined) return new FeatureError(file, missingExport(from!, missing))
  const [first = '', ...lines] = String((error as Error).stack).split('\n')
  const [, at, line] = PARSED_AT.exec(first) ?? []
  if (line !== undefined && name === 'SyntaxError') {
    const text = message.split('\n')[0]
    return new FeatureError(
      file,
      `line ${line} of ${plain(at!)} does not parse: ${text}\n${lines.slice(0, 2).join('\n')}`,
    )
  }
  if (code === 'ERR_REQUIRE_ASYNC_MODULE')
    return new FeatureError(file, 'it has an await outside of functions: features are loaded at once, so take it out')
  const where = lines.find(each => plain(each).includes(file))
  const place = where === undefined ? '' : ` (${plain(/\(?((?:file:|\/)\S+?:\d+)/.exec(where)?.[1] ?? where.trim())})`
  return new FeatureError(file, `cannot be loaded: ${name}: ${plain(message.split('\n')[0]!)}${place}`)
}

function missingExport(from: string, missing: string): string {
  if (from !== '@candlewick/indicators') return `imports ${missing} from ${from}, which does not export it`
  return `asks for ${missing}, which @candlewick/indicators does not have; there are: ${Object.keys(indicators).join(', ')}`
}

/** Paths as the user knows them. */
const plain = (text: string): string => text.replaceAll('file://', '').replaceAll(MOUNTED, '')
