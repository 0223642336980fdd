import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * Loads a user's modules from any folder: `@candlewick/indicators` resolves to this workspace's package even if no folder above
 * has a node_modules. Modules are loaded synchronously, as `require` can do since Node 24, because a configuration is read
 * synchronously and threads of `compute` load modules, too.
 *
 * Node keeps a module under its path for the life of the process. A changed file is therefore loaded under a new path, which
 * begins with {@link MOUNT} and a number, and which only these hooks map to the file.
 */
const MOUNT = '/.candlewick-features-'
/** The beginning of the path of a changed file; the file's own path follows it. */
export const MOUNTED = /\/\.candlewick-features-\d+(?=\/)/g
/** {@link MOUNTED} only at the beginning of a path. */
const STARTS_MOUNTED = new RegExp(`^${MOUNTED.source}`)
const SCHEME = 'candlewick-feature:'
const PACKAGE = '@candlewick/indicators'
const INDICATORS = import.meta.resolve(PACKAGE)

const FORMATS: Readonly<Record<string, string>> = {
  '.ts': 'module-typescript',
  '.mts': 'module-typescript',
  '.js': 'module',
  '.mjs': 'module',
}

/** @returns whether Node can load the file as a module. */
export const isModule = (path: string): boolean => extname(path) in FORMATS && !path.endsWith('.d.ts')

/** @returns the path of the file that a path of {@link MOUNT} stands for. */
const realPath = (path: string): string => path.replace(STARTS_MOUNTED, '')

const require = createRequire(import.meta.url)
let loads = 0
let isRegistered = false
/** Modules by the path under which they are loaded: their text, and the paths of their imports. */
const loaded = new Map<string, { readonly text: string; readonly imports: Set<string> }>()

/** @returns the path of a file's URL, also of one that is a path of {@link MOUNT}. */
const pathOf = (url: string | undefined): string => (url?.startsWith('file:') ? fileURLToPath(url) : '')

function register(): void {
  if (isRegistered) return
  isRegistered = true
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith(SCHEME))
        return { url: pathToFileURL(specifier.slice(SCHEME.length)).href, shortCircuit: true }
      const parent = pathOf(context.parentURL)
      const mount = STARTS_MOUNTED.exec(parent)?.[0]
      if (mount === undefined) return next(specifier, context)
      if (specifier === PACKAGE) return { url: INDICATORS, shortCircuit: true }
      const found = next(specifier, { ...context, parentURL: pathToFileURL(realPath(parent)).href })
      if (!isModule(pathOf(found.url))) return found
      const path = mount + pathOf(found.url)
      loaded.get(parent)?.imports.add(path)
      return { ...found, format: FORMATS[extname(path)]!, url: pathToFileURL(path).href }
    },
    load(url, context, next) {
      const path = pathOf(url)
      if (!STARTS_MOUNTED.test(path)) return next(url, context)
      const text = readFileSync(realPath(path), 'utf8')
      loaded.set(path, { text, imports: loaded.get(path)?.imports ?? new Set() })
      return { format: FORMATS[extname(path)]!, source: text, shortCircuit: true }
    },
  })
}

/** Modules that are loaded together, with the present contents of their files. */
export class Modules {
  readonly #mount = `${MOUNT}${loads++}`

  constructor() {
    register()
  }

  /** @param file an absolute path. @returns the module's exports. @throws an error if the module cannot be loaded */
  load(file: string): Readonly<Record<string, unknown>> {
    return require(`${SCHEME}${this.#mount}${file}`)
  }

  /** @returns a hash of the module's source and of the files that it imports, 12 hexadecimal digits. */
  versionOf(file: string): string {
    const hash = createHash('sha256')
    const known = new Set<string>()
    const visit = (path: string): void => {
      const module = loaded.get(path)
      if (known.has(path) || !module) return
      known.add(path)
      hash.update(module.text).update('\0')
      for (const imported of [...module.imports].sort()) visit(imported)
    }
    visit(this.#mount + file)
    return hash.digest('hex').slice(0, 12)
  }
}
