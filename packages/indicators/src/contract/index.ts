export { notPlainJson, plainJsonSize } from './plain-json.ts'
export { CONTRACT, type Rule, START_RULES } from './rules.ts'
export { KINDS, type Kind, series } from './series.ts'
export { Subject } from './subject.ts'
