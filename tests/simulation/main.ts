import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { explore } from './explore.ts'
import { runHistory } from './history.ts'
import { compareWithoutFastPath, findMutants } from './mutation.ts'

const USAGE = `Usage: npm run simulate -- [options]
  --seed N          replays one history and prints every step of it
  --histories N     explores N histories, from a random seed on (1000)
  --from N          the first seed to explore
  --workers N       the number of threads (one a core)
  --mutants WHICH   puts each deliberate bug into the code and prints after how many histories it is found; WHICH
                    is the name of one, or a share of them all, e.g. 0/1 for all, 0/2 for every other one
  --above N         only bugs that may take more than N histories to find (0)
  --up-to N         only bugs that must be found within N histories (1000000)
  --without-fast-path
                    runs N histories with the fast path and without it, and prints whether they are the same`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    histories: { type: 'string', default: '1000' },
    from: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    workers: { type: 'string', default: String(availableParallelism()) },
    mutants: { type: 'string' },
    above: { type: 'string', default: '0' },
    'up-to': { type: 'string', default: '1000000' },
    'without-fast-path': { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

async function replay(seed: number): Promise<boolean> {
  const { story, problems, counts, windows } = await runHistory(seed)
  console.log(story().join('\n'))
  console.log(Object.fromEntries(counts))
  console.log(problems.length === 0 ? `${windows} windows, all right` : problems.map(p => p.text).join('\n'))
  return problems.length === 0
}

async function run(): Promise<boolean> {
  if (values.seed) return replay(Number(values.seed))
  if (values.mutants) return findMutants(values.mutants, { above: Number(values.above), upTo: Number(values['up-to']) })
  if (values['without-fast-path']) return compareWithoutFastPath(Number(values.histories))
  return explore(Number(values.from), Number(values.histories), Number(values.workers))
}

if (values.help) console.log(USAGE)
else process.exitCode = (await run()) ? 0 : 1
