import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

interface Container {
  readonly image: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly user?: string
  readonly privileged?: boolean
  readonly cap_add?: readonly string[]
  readonly ports?: readonly string[]
}

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Container> }
const containers = Object.entries(services)

it.each(containers)('%s has no capabilities, gains no privileges and answers only this host', (_, container) => {
  expect(container).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
  expect(container.privileged ?? container.cap_add).toBeUndefined()
  expect(container.user ?? 'the image’s').not.toMatch(/^(root|0)\b/)
  for (const port of container.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/)
})

const isOurs = ([, { image }]: (typeof containers)[number]) => image === 'candlewick'

it.each(containers.filter(isOurs))('%s writes nothing to its root filesystem', (_, container) => {
  expect(container.read_only).toBe(true)
})

it('finds all of our containers by their image', () => {
  const names = containers.filter(isOurs).map(([name]) => name)
  expect(names).toEqual(expect.arrayContaining(['create-topics', ...readdirSync(join(ROOT, 'services'))]))
})

it('the image runs as a user other than root', () => {
  const last = read('Dockerfile')
    .split(/^FROM /m)
    .at(-1)!
  expect([...last.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user)).toEqual(['node'])
})

it('every image is named by its version', () => {
  const named = containers.filter(container => !isOurs(container)).map(([, { image }]) => image)
  for (const image of named) expect(image).toMatch(/:v?\d+(\.\d+)*/)
  for (const [, image] of read('Dockerfile').matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/^node:\d+-\w+/)
})
