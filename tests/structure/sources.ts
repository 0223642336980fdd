import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** @returns the repository's files that match, as paths from its root, without installed packages */
export const files = (pattern: string | string[]): string[] =>
  globSync(pattern, { cwd: ROOT, exclude: name => name === 'node_modules' }).sort()

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

const IMPORT = /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s+'(\.[^']+)'|\bimport\('(\.[^']+)'\)|^\s*import\s+'(\.[^']+)'/gm

/** @returns the files that a file imports by a relative path, type imports included */
export function importsOf(file: string, text = textOf(file)): string[] {
  return [...text.matchAll(IMPORT)].map(([, from, dynamic, bare]) => join(file, '..', (from ?? dynamic ?? bare)!))
}

/** @returns every circle of a graph, as the nodes on it: its strongly connected components of more than one node */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []
  // Tarjan, Depth-first search and linear graph algorithms, 1972.
  const visit = (node: string): number => {
    index.set(node, index.size)
    lowest.set(node, index.get(node)!)
    stack.push(node)
    for (const next of graph.get(node) ?? [])
      if (!index.has(next)) lowest.set(node, Math.min(lowest.get(node)!, visit(next)))
      else if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, index.get(next)!))
    if (lowest.get(node) === index.get(node)) {
      const component = stack.splice(stack.indexOf(node))
      if (component.length > 1 || graph.get(node)?.includes(node)) found.push(component.sort())
    }
    return lowest.get(node)!
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node)
  return found
}

/** @returns the numbers of parameters of a file's constructors */
export function constructorParameters(text: string): number[] {
  return [...text.matchAll(/^\s+(?:private |protected )?constructor\(/gm)].map(({ 0: match, index }) =>
    parametersFrom(text, index + match.length),
  )
}

/** Counts the commas at the top level of a list that ends with its closing bracket. */
function parametersFrom(text: string, start: number): number {
  let depth = 0
  let current = ''
  let count = 0
  for (let i = start; depth >= 0 && i < text.length; i++) {
    const c = text[i]!
    if ('([{<'.includes(c)) depth++
    // The arrow of a function type closes nothing.
    else if (')]}'.includes(c) || (c === '>' && text[i - 1] !== '=')) depth--
    if (depth < 0 || (c === ',' && depth === 0)) {
      if (current.trim()) count++
      current = ''
    } else current += c
  }
  return count
}
