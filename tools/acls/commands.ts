import type { Right } from './rights.ts'

export const TOOLS = ['kafka-acls', 'rpk'] as const
export type Tool = (typeof TOOLS)[number]

/**
 * @param principal returns the principal of a service, e.g. `User:candles`
 * @returns one shell command for each right
 */
export function commandsOf(
  rights: readonly Right[],
  tool: Tool,
  principal: (service: string) => string,
  flags: string,
) {
  return rights.map(right => {
    const words = tool === 'rpk' ? rpk(right, principal(right.service)) : kafkaAcls(right, principal(right.service))
    return `${words.map(quoted).join(' ')}${flags && ` ${flags}`}`
  })
}

function kafkaAcls({ resource, name, prefixed, operations }: Right, principal: string): string[] {
  const pattern = prefixed ? ['--resource-pattern-type', 'prefixed'] : []
  const allowed = operations.flatMap(operation => ['--operation', operation])
  const on = resource === 'cluster' ? ['--cluster'] : [`--${resource}`, name]
  return ['kafka-acls', '--add', '--allow-principal', principal, ...allowed, ...on, ...pattern]
}

function rpk({ resource, name, prefixed, operations }: Right, principal: string): string[] {
  const pattern = prefixed ? ['--resource-pattern-type', 'prefixed'] : []
  const allowed = operations.map(operation => operation.toLowerCase()).join(',')
  return [
    'rpk',
    'security',
    'acl',
    'create',
    '--allow-principal',
    principal,
    '--operation',
    allowed,
    ...(resource === 'cluster' ? ['--cluster'] : [`--${resource}`, name]),
    ...pattern,
  ]
}

const quoted = (word: string): string => (/^[\w./:=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
