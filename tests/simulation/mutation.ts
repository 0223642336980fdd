import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { type Edit, MUTANTS, type Mutant } from './mutants.ts'

/** Code that a mutant may change, or that has references to such code. It is loaded again for each mutant. */
const MUTABLE = /\/(packages\/streams|services|tests\/simulation)\/[^?]*\.ts/

export interface Found {
  readonly name: string
  /** The number of histories until the bug was found; null if the allowed number was not enough. */
  readonly after: number | null
}

type RunHistory = typeof import('./history.ts').runHistory
type Changed = Pick<Mutant, 'name' | 'edits'>

/** @returns a function that loads the simulation again, with edits in the code that it runs. */
function loader(): (mutant: Changed) => Promise<RunHistory> {
  const sources = new Map<string, string>()
  let mutant: Changed | undefined
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
  return async next => {
    mutant = next
    return (await import('./history.ts')).runHistory
  }
}

/** Runs the simulation with each deliberate bug in the production code, from seed 1 on. */
export async function* hunt(mutants: readonly Mutant[]): AsyncGenerator<Found> {
  const load = loader()
  for (const candidate of mutants) yield { name: candidate.name, after: await findIt(candidate, await load(candidate)) }
}

async function findIt({ within }: Mutant, runHistory: RunHistory): Promise<number | null> {
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

const NO_FAST_PATH: Edit = {
  file: 'packages/streams/src/state/fast-path.ts',
  find: 'return id === undefined ? undefined : this.#states[id]',
  replace: 'return undefined',
}

/**
 * Runs histories with the fast path and without it, from seed 1 on.
 * @returns whether each history has the same story, counts and verdict both times
 */
export async function compareWithoutFastPath(histories: number): Promise<boolean> {
  const load = loader()
  const withIt = await load({ name: 'unchanged', edits: [] })
  const without = await load({ name: 'without the fast path', edits: [NO_FAST_PATH] })
  for (let seed = 1; seed <= histories; seed++) {
    const [a, b] = [await verdictOf(withIt, seed), await verdictOf(without, seed)]
    if (a !== b) {
      console.log(`seed ${seed} differs:\n${a}\n${b}`)
      return false
    }
  }
  console.log(`${histories} histories are the same without the fast path`)
  return true
}

async function verdictOf(runHistory: RunHistory, seed: number): Promise<string> {
  const { story, counts, windows, problems } = await runHistory(seed)
  return JSON.stringify({ story: story(), counts: [...counts].sort(), windows, problems })
}
