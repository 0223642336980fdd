import { shown } from './secrets.ts'

/** A variable with a wrong value, or a missing one. */
export interface Problem {
  readonly variable: string
  /** The configured value; a secret is not shown. */
  readonly value?: string | undefined
  /** The problem, which follows the variable's name in the message, e.g. "is not a whole number". */
  readonly problem: string
}

/** The configuration is wrong. The process ends with this message, which names each variable and its problem. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(describe).join('\n'), options)
  }
}

export function describe({ variable, value, problem }: Problem): string {
  return `${value === undefined ? variable : `${variable}=${shown(variable, value)}`}: ${problem}`
}
