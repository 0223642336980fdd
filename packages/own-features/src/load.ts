import { readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type Definition, type Definitions, define, INDICATORS } from '@candlewick/indicators'
import { examineDefinition } from './examine-definition.ts'
import { examineFeature } from './examine-feature.ts'
import { FeatureError } from './feature-error.ts'
import { guarded } from './guard.ts'
import { Mistakes } from './mistakes.ts'
import { loadingError } from './module-error.ts'
import { isModule, Modules } from './module-hooks.ts'
import { running } from './running.ts'

/** A user's feature, and its file. */
export interface OwnFeature {
  readonly file: string
  readonly definition: Definition
  /** The feature as its file defines it, without the guard. */
  readonly unguarded: Definition
}

/** The features of a user's files. */
export interface OwnFeatures {
  readonly own: readonly OwnFeature[]
  /** The built-in indicators and the user's features. */
  readonly definitions: Definitions
  /** Mistakes of the features while they run. */
  readonly mistakes: Mistakes
}

export const NO_FEATURES: OwnFeatures = { own: [], definitions: INDICATORS, mistakes: new Mistakes() }

/**
 * Loads a file, or all modules of a folder, without its subfolders and without files that begin with `_` or `.` or end in
 * `.test.ts`. Each call reads the files again.
 * @param isTried whether to try each feature, with its default parameters, on some candles
 * @throws FeatureError naming the file, what is wrong with it, and the remedy
 */
export function loadFeatures(path: string, isTried = true): OwnFeatures {
  const modules = new Modules()
  const mistakes = new Mistakes()
  const own = filesOf(resolve(path)).flatMap(file => featuresOf(file, modules, mistakes))
  const byName: Record<string, Definition> = { ...INDICATORS }
  for (const { file, definition } of own) {
    const { name, parameters, make } = definition
    const other = own.find(each => each.definition.name === name && each.definition !== definition)
    if (other)
      throw new FeatureError(file, `name "${name}" is there twice, also in ${basename(other.file)}: rename one`)
    if (isTried) make(...parameters.map(parameter => parameter.default))
    byName[name] = definition
  }
  return { own, definitions: byName, mistakes }
}

function filesOf(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new FeatureError(path, 'there is no such file or folder')
  if (!found.isDirectory()) {
    if (!isModule(path)) throw new FeatureError(path, 'is no module: its name has to end in .ts, .mts, .js or .mjs')
    return [path]
  }
  const files = readdirSync(path)
    .filter(name => isModule(name) && !/^[._]|\.test\.\w+$/.test(name))
    .map(name => join(path, name))
    // The files in a ConfigMap's folder are links.
    .filter(file => statSync(file).isFile())
    .sort()
  if (files.length === 0) throw new FeatureError(path, 'has no module: put a file there, e.g. spread-ratio.ts')
  return files
}

function featuresOf(file: string, modules: Modules, mistakes: Mistakes): OwnFeature[] {
  const exported = exportsOf(file, modules)
  const candidates = Object.values(exported).filter(isCandidate)
  if (candidates.length === 0)
    throw new FeatureError(
      file,
      'exports no feature: write `export const NAME = define({ … })`, or begin the name with _',
    )
  const version = modules.versionOf(file)
  return [...new Set(candidates)].map(candidate => {
    const unguarded = define({ ...candidate, source: candidate.source || basename(file) })
    examineDefinition(file, unguarded)
    const { name } = unguarded
    const make = (...values: number[]) => {
      const entry = [name, ...(values.length > 0 ? [values.join(',')] : [])].join(':')
      return guarded(
        examineFeature(file, entry, () => unguarded.make(...values)),
        entry,
        mistakes,
      )
    }
    return { file, unguarded, definition: { ...unguarded, version, make } }
  })
}

function exportsOf(file: string, modules: Modules): Readonly<Record<string, unknown>> {
  try {
    return running.during('load', file, () => modules.load(file))
  } catch (error) {
    throw loadingError(file, error)
  }
}

/** @returns whether the export is meant as a feature. A candidate with an error is refused, not ignored. */
const isCandidate = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && ('make' in value || 'name' in value)
