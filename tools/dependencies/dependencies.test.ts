import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { expect, it } from 'vitest'
import { verdictOf } from './audit.ts'

interface Component {
  readonly name: string
  readonly group?: string
  readonly version: string
}

it('makes an SBOM that is valid CycloneDX and has what the services import', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'sbom'], { maxBuffer: 64 << 20 })
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
  expect(await validator.validate(stdout)).toBeNull()
  const components = (JSON.parse(stdout) as { components: Component[] }).components
  const names = components.map(({ group, name }) => (group ? `${group}/${name}` : name))
  expect(names).toEqual(expect.arrayContaining(['kafkajs', 'pino', 'prom-client', 'ws', 'zod']))
  expect(names).not.toContain('vitest')
  const kafkajs = components.find(({ name }) => name === 'kafkajs')?.version
  expect(readFileSync(join(import.meta.dirname, '../../pnpm-lock.yaml'), 'utf8')).toContain(`kafkajs@${kafkajs}:`)
}, 120_000)

it.each([
  [0, 'No known vulnerabilities found', '', 'clean'],
  [1, '', 'Error: ERR_PNPM_AUDIT_BAD_RESPONSE\n × The audit endpoint responded with 405:', 'unanswered'],
  [1, '', 'getaddrinfo ENOTFOUND registry', 'unanswered'],
  [1, 'high │ Prototype pollution …\n1 vulnerabilities found\nSeverity: 1 high', '', 'vulnerable'],
  [1, '1 vulnerabilities found', 'ENOTFOUND', 'vulnerable'],
  [1, '', 'Something else went wrong', 'vulnerable'],
] as const)('an audit that ends with %i, %s%s is %s', (code, output, errors, verdict) => {
  expect(verdictOf({ code, output, errors })).toBe(verdict)
})
