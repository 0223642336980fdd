import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { type Edit, MUTANTS, type Mutant } from './mutants.ts'

/** Code that a mutant may change, or that holds on to code which it may: loaded anew for each. */
const MUTABLE = /\/(packages\/streams|services|tests\/simulation)\/[^?]*\.ts/

export interface Found {
  readonly name: string
  /** The histories it took; null when so many as are allowed were not enough. */
  readonly after: number | null
}

/**
 * Runs the simulation with each deliberate bug in the production code, from seed 1 on.
 */
export async function* hunt(mutants: readonly Mutant[]): AsyncGenerator<Found> {
  const sources = new Map<string, string>()
  let mutant: Mutant | undefined
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context)
      return mutant && MUTABLE.test(resolved.url) ? { ...resolved, url: `${resolved.url}?${mutant.name}` } : resolved
    },
    load(url, context, next) {
      const [file = ''] = url.split('?')
      if (!mutant || file === url || !MUTABLE.test(file)) return next(url, context)
      const edits = mutant.edits.filter(edit => file.endsWith(`/${edit.file}`))
      if (edits.length === 0 && sources.has(file))
        return { format: 'module', source: sources.get(file)!, shortCircuit: true }
      const original = String(next(file, { ...context, format: 'module-typescript' }).source)
      const source = stripTypeScriptTypes(edits.reduce(apply, original))
      if (edits.length === 0) sources.set(file, source)
      return { format: 'module', source, shortCircuit: true }
    },
  })
  for (const candidate of mutants) {
    mutant = candidate
    const { runHistory } = (await import('./history.ts')) as typeof import('./history.ts')
    yield { name: candidate.name, after: await findIt(candidate, runHistory) }
  }
}

async function findIt(
  { within }: Mutant,
  runHistory: typeof import('./history.ts').runHistory,
): Promise<number | null> {
  for (let seed = 1; seed <= within; seed++) if ((await runHistory(seed)).problems.length > 0) return seed
  return null
}

function apply(source: string, { file, find, replace }: Edit): string {
  if (source.split(find).length !== 2)
    throw new Error(`A mutant replaces "${find}", which is not exactly once in ${file}`)
  return source.replace(find, () => replace)
}

/** Bugs that must be found within more than `above` and at most `upTo` histories. */
export interface Bounds {
  readonly above: number
  readonly upTo: number
}

/**
 * Looks for one deliberate bug by its name, or for a share of those within the bounds, e.g. `0/2` for every other one, and
 * prints a line for each.
 * @returns whether all of them were found
 */
export async function findMutants(which: string, { above, upTo }: Bounds): Promise<boolean> {
  const [i = 0, n = 1] = which.split('/').map(Number)
  const bounded = MUTANTS.filter(({ within }) => within > above && within <= upTo)
  const chosen = bounded.filter(({ name }, index) => name === which || index % n === i)
  if (chosen.length === 0)
    throw new Error(`No deliberate bug is called ${which}: tests/simulation/mutants.ts has them all`)
  let missed = 0
  for await (const { name, after } of hunt(chosen)) {
    if (after === null) missed++
    console.log(after === null ? `NOT FOUND: ${name}` : `found after ${after}: ${name}`)
  }
  return missed === 0
}
