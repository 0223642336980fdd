import { shown } from './secrets.ts'

/** One variable that is wrong. */
export interface Problem {
  readonly variable: string
  /** As it was given; a secret's is not shown. */
  readonly value?: string | undefined
  /** Reads on after the variable's name, e.g. "is not a whole number". */
  readonly problem: string
}

/** The configuration is wrong: the process ends with this message, which names each variable and what is wrong. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  constructor(problems: readonly Problem[]) {
    super(problems.map(describe).join('\n'))
  }
}

export function describe({ variable, value, problem }: Problem): string {
  return `${value === undefined ? variable : `${variable}=${shown(variable, value)}`}: ${problem}`
}
