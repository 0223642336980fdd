import type { Right } from './rights.ts'

/** @returns the rights as a Markdown table. */
export function rightsAsMarkdown(rights: readonly Right[]): string {
  const rows = rights.map(
    ({ service, resource, name, prefixed, operations, why }) =>
      `| ${service} | ${resource} \`${name}${prefixed ? '*' : ''}\` | ${operations.join(', ')} | ${why} |`,
  )
  return ['| service | resource | operations | reason |', '|---|---|---|---|', ...rows].join('\n')
}
