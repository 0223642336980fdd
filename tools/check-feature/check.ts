import { type NamedIndicator, parseIndicators } from '@candlewick/indicators'
import { CONTRACT, KINDS, type Kind } from '@candlewick/indicators/contract'
import { FeatureError, loadFeatures, type OwnFeature, subjectOf } from '@candlewick/own-features'

const [ORDINARY, ODD] = [1000, 160]

/** A rule of the contract, and how the feature breaks it. */
export interface Verdict {
  readonly rule: string
  readonly broken: string | undefined
}

export interface Checked {
  /** Name of the feature in `INDICATORS`, e.g. `spread_ratio:20`. */
  readonly entry: string
  readonly file: string
  readonly fields: readonly string[]
  readonly warmup: number
  readonly verdicts: readonly Verdict[]
}

/**
 * @param entries the features to check, with their parameters; empty: all features with their defaults
 * @throws FeatureError for files that cannot be loaded or entries that are wrong
 */
export function checkFeatures(path: string, entries: readonly string[]): readonly Checked[] {
  const { own } = loadFeatures(path, false)
  const asked = entries.length > 0 ? entries : own.map(({ unguarded: { name } }) => name)
  return asked.map(entry => check(path, entry, own))
}

function check(path: string, entry: string, own: readonly OwnFeature[]): Checked {
  const name = entry.split(':', 1)[0]!.trim().toLowerCase()
  const feature = own.find(({ unguarded }) => unguarded.name === name)
  if (!feature) {
    const names = own.map(({ unguarded }) => unguarded.name).join(', ')
    throw new FeatureError(path, `has no feature "${name}"; it has: ${names}`)
  }
  const definitions = { [name]: feature.unguarded }
  /** @returns a new indicator each time, because every service makes its own. */
  const make = (): NamedIndicator => parseIndicators(entry, definitions).all[0]!
  const { fields, indicator } = make()
  return {
    entry,
    file: feature.file,
    fields,
    warmup: indicator.warmup,
    verdicts: verdictsOn(entry, () => make().indicator),
  }
}

type Make = Parameters<typeof subjectOf>[1]

function verdictsOn(entry: string, make: Make): readonly Verdict[] {
  const { warmup } = make()
  const ordinary = Math.max(ORDINARY, Number.isSafeInteger(warmup) ? 2 * warmup + 200 : 0)
  const lengths = KINDS.map((kind): [Kind, number] => [kind, kind === 'walk' ? ordinary : ODD])
  const subject = subjectOf(entry, make, lengths)
  return CONTRACT.map(({ name: rule, broken }) => {
    try {
      return { rule, broken: broken(subject) }
    } catch (error) {
      return { rule, broken: (error as Error).message }
    }
  })
}
