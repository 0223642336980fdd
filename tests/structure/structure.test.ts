import { expect, it } from 'vitest'
import { circles, constructorParameters, files, importsOf, textOf } from './sources.ts'

const MEDIAN_LINES_MAX = 100
const LINES_MAX = 300
const PARAMETERS_MAX = 5

const sources = files(['{packages,services}/*/src/**/*.ts', 'tools/**/*.ts', 'deploy/**/*.ts', 'bench/**/*.ts']).filter(
  file => !file.endsWith('.test.ts'),
)
const packages = files('packages/*/package.json')

const linesOf = (file: string): number => textOf(file).trimEnd().split('\n').length

it('no source files import each other in a circle', () => {
  expect(circles(new Map(sources.map(file => [file, importsOf(file)])))).toEqual([])
})

it('no package depends on a package that depends on it', () => {
  const manifests = packages.map(file => JSON.parse(textOf(file)) as { name: string; dependencies?: object })
  const graph = new Map(manifests.map(({ name, dependencies = {} }) => [name, Object.keys(dependencies)]))
  expect(circles(graph)).toEqual([])
})

it(`source files have a median of at most ${MEDIAN_LINES_MAX} lines, and none more than ${LINES_MAX}`, () => {
  const lines = sources.map(linesOf).sort((a, b) => a - b)
  expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(MEDIAN_LINES_MAX)
  expect(sources.filter(file => linesOf(file) > LINES_MAX)).toEqual([])
})

it(`no constructor has more than ${PARAMETERS_MAX} parameters`, () => {
  const offends = (file: string) => constructorParameters(textOf(file)).some(count => count > PARAMETERS_MAX)
  expect(sources.filter(offends)).toEqual([])
})

it('the checks themselves find a circle, a long list of parameters and every form of import', () => {
  const graph = { a: ['b'], b: ['c'], c: ['a', 'd'], d: [], e: ['e'] }
  expect(circles(new Map(Object.entries(graph)))).toEqual([['a', 'b', 'c'], ['e']])
  const text = `class A {\n  constructor(a: Map<string, number>, b = { c: 1, d: 2 }, f: (x: number, y: number) => void,) {}\n}`
  expect(constructorParameters(text)).toEqual([3])
  expect(constructorParameters('class A {\n  constructor() {}\n}')).toEqual([0])
  const imports = `import {\n  type A,\n} from './a.ts'\nimport type { B } from '../b.ts'\nexport * from './c.ts'\nimport './d.ts'\nawait import('./e.ts')`
  expect(importsOf('p/src/x.ts', imports)).toEqual(['p/src/a.ts', 'p/b.ts', 'p/src/c.ts', 'p/src/d.ts', 'p/src/e.ts'])
})
