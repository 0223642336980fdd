import type { Ended } from './pnpm.ts'

export type Verdict = 'clean' | 'vulnerable' | 'unanswered'

/** How pnpm says that it could not ask: the registry has no such service, answers rubbish, or is not there. */
const UNANSWERED =
  /ERR_PNPM_(AUDIT_BAD_RESPONSE|AUDIT_ENDPOINT_NOT_EXISTS|META_FETCH_FAIL|FETCH_\d+)|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|error sending request/

/** @returns what an audit has shown; anything that is not a clear answer of "clean" or "could not ask" is a finding. */
export function verdictOf({ code, output, errors }: Ended): Verdict {
  if (code === 0) return 'clean'
  return UNANSWERED.test(output + errors) && !/vulnerabilit(y|ies) found/i.test(output) ? 'unanswered' : 'vulnerable'
}
