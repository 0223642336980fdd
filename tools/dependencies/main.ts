import { runTool } from '../broker/connect.ts'
import { verdictOf } from './audit.ts'
import { pnpm } from './pnpm.ts'

const SBOM = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--sbom-type', 'application']

/** `npm run sbom`: what the image is made of, as CycloneDX on standard output. */
async function sbom(): Promise<void> {
  const { code, output, errors } = await pnpm([...SBOM, '--prod', '--lockfile-only'])
  if (code !== 0) throw new Error(`pnpm cannot make the SBOM:\n${errors || output}`)
  process.stdout.write(output)
}

/** `npm run audit:dependencies`: fails for what the image has of known vulnerabilities. */
async function audit(): Promise<void> {
  const ended = await pnpm(['audit', '--prod', '--audit-level', 'moderate'])
  const verdict = verdictOf(ended)
  if (verdict === 'vulnerable') throw new Error(`${ended.output}${ended.errors}`)
  console.log(
    verdict === 'clean'
      ? ended.output.trim() || 'No known vulnerabilities'
      : `Not audited, the registry does not answer:\n${(ended.errors || ended.output).trim()}`,
  )
}

await runTool(() => {
  const [command] = process.argv.slice(2)
  if (command === 'sbom') return sbom()
  if (command === 'audit') return audit()
  throw new Error('usage: npm run sbom | npm run audit:dependencies')
})
