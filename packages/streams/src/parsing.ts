import type { LogRecord } from '@candlewick/kafka/log'
import { Rejected } from './processor.ts'

/** The parts of a zod schema that are needed here. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } }
}

/** @returns the JSON in a record's value. @throws Rejected('malformed') if there is none */
export function parseJson({ value }: Pick<LogRecord, 'value'>): unknown {
  if (value === null) throw new Rejected('malformed', 'the record has no value')
  try {
    return JSON.parse(value.toString())
  } catch (error) {
    throw new Rejected('malformed', `the value is not JSON: ${(error as Error).message}`)
  }
}

/** @returns the value if it fits the schema. @throws Rejected('malformed') that names the first field that does not fit */
export function checked<T>(schema: Schema<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Rejected('malformed', `${issue?.path.join('.') || 'the value'}: ${issue?.message}`)
}
