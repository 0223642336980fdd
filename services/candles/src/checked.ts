import { Rejected } from '@candlewick/streams'
import type * as z from 'zod'

/** @returns the value, if it is as the schema says. @throws Rejected('malformed') naming the first field that is not */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Rejected('malformed', `${issue?.path.join('.') || 'the value'}: ${issue?.message}`)
}
