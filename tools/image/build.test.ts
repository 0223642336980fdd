import { expect, it } from 'vitest'
import { buildArgs } from './build.ts'

const COMMIT = { revision: 'abc123', time: 1_767_225_600, version: '1.2.3' }
const LABELS = [
  'org.opencontainers.image.version=1.2.3',
  'org.opencontainers.image.revision=abc123',
  'org.opencontainers.image.created=2026-01-01T00:00:00.000Z',
]

it.each([true, false])(
  'labels an image with its commit only, so that two builds are equal (BuildKit: %s)',
  buildKit => {
    const args = buildArgs(COMMIT, ['candlewick:1.2.3'], buildKit)
    expect(args).toEqual(expect.arrayContaining([...LABELS, '--tag', 'candlewick:1.2.3']))
    expect(buildArgs(COMMIT, ['candlewick:1.2.3'], buildKit)).toEqual(args)
  },
)

it('passes the time of the commit to BuildKit for every file, and turns attestations off', () => {
  const args = buildArgs(COMMIT, [], true)
  expect(args).toEqual(expect.arrayContaining(['SOURCE_DATE_EPOCH=1767225600', '--provenance=false', '--sbom=false']))
  expect(args).toContain('type=docker,rewrite-timestamp=true')
  expect(buildArgs(COMMIT, [], false).join()).not.toContain('SOURCE_DATE_EPOCH')
})
