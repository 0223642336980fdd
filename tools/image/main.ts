import { parseArgs } from 'node:util'
import { runTool } from '../broker/connect.ts'
import { build, cleanCommit } from './build.ts'
import { contentsOf } from './contents.ts'

const SHOWN_MAX = 20

/** `npm run image`: builds the commit's image as candlewick:VERSION. `--verify` builds it twice and compares every file. */
await runTool(async () => {
  const { values } = parseArgs({
    options: { verify: { type: 'boolean', default: false } },
  })
  const commit = await cleanCommit()
  const image = `candlewick:${commit.version}`
  await build(
    commit,
    [image, `candlewick:${commit.revision.slice(0, 12)}`],
    process.env,
    values.verify ? ['--no-cache'] : [],
  )
  if (values.verify) await verify(image, async again => build(commit, [again], process.env, ['--no-cache']))
  console.log(`Built ${image} from commit ${commit.revision}`)
})

async function verify(image: string, buildAgain: (image: string) => Promise<void>): Promise<void> {
  const again = `${image}-again`
  await buildAgain(again)
  const [first, second] = [new Set(await contentsOf(image)), new Set(await contentsOf(again))]
  const differing = [...first.symmetricDifference(second)].sort()
  if (differing.length > 0) {
    const shown = differing.slice(0, SHOWN_MAX)
    const more = differing.length > SHOWN_MAX ? `\nand ${differing.length - SHOWN_MAX} lines more` : ''
    throw new Error(`Two builds of the same commit differ in ${differing.length} lines:\n${shown.join('\n')}${more}`)
  }
  console.log(`Two builds of the commit have the same ${first.size} files, folders, links and contents`)
}
