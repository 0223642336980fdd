import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    histories: { type: 'string', default: '1000' },
    from: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    mutant: { type: 'string' },
  },
})
if (values.mutant) (await import('./mutants.ts')).mutate(values.mutant)
const { runHistory } = await import('./history.ts')

if (values.seed) {
  const { story, problems, counts, windows } = await runHistory(Number(values.seed))
  console.log(story.join('\n'))
  console.log(Object.fromEntries(counts))
  console.log(problems.length === 0 ? `${windows} windows, all right` : problems.slice(0, 20).join('\n'))
  process.exitCode = problems.length === 0 ? 0 : 1
} else {
  const from = Number(values.from)
  const total = Number(values.histories)
  let windows = 0
  const startedAt = performance.now()
  for (let i = 0; i < total; i++) {
    const outcome = await runHistory(from + i)
    windows += outcome.windows
    if (outcome.problems.length > 0) {
      console.log(`seed ${outcome.seed} fails after ${i + 1} histories:\n${outcome.problems.slice(0, 10).join('\n')}`)
      console.log(`replay it: npm run simulate -- --seed ${outcome.seed}`)
      process.exit(1)
    }
  }
  const seconds = (performance.now() - startedAt) / 1000
  console.log(
    `${total} histories from seed ${from}: ${windows} windows, all right, in ${seconds.toFixed(1)} s ` +
      `(${Math.round(total / seconds)} a second)`,
  )
}
