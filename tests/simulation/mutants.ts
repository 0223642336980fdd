export interface Edit {
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** A deliberate violation of the protocol, put into the production code as it is loaded. */
export interface Mutant {
  readonly name: string
  readonly edits: readonly Edit[]
  /** Within how many histories it must be found. */
  readonly within: number
}

const streams = (file: string) => `packages/streams/src/${file}`

const NO_ASKS: Edit = {
  file: streams('process/record-collector.ts'),
  find: "this.#records.push(handoversRecord(this.#o.topics.handovers, from, 'ask', message))",
  replace: '',
}

const BARS = 'services/candles/src/bars.ts'
const WRITER = 'tests/simulation/writer.ts'
const PARTS: Edit = {
  file: WRITER,
  find: 'const NEW: PairCursor',
  replace: `const parts = (records: OutRecord[], first: string): OutRecord[][] => {
    const isFirst = ({ headers }: OutRecord) => headers?.control === first
    return [records.filter(isFirst), records.filter(r => !isFirst(r))].filter(part => part.length > 0)
  }
  const NEW: PairCursor`,
}

/** Starts the key without a state, as if the answer had been that there is no state. */
const GIVE_UP = 'partitionProcessor.startAnew(key, residency)'

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a fresh arrive is treated as live',
    edits: [
      {
        file: streams('migration/residency.ts'),
        find: 'early ? (early.state ? states.unpack(early.state) : fresh()) : null',
        replace: 'early ? (early.state ? states.unpack(early.state) : fresh()) : fresh()',
      },
    ],
    within: 30,
  },
  {
    name: 'records are published while the state is awaited',
    edits: [
      {
        file: streams('process/partition-processor.ts'),
        find: "else if (keyed && residency.openResidency(keyed.entry)) this.#o.count('records_skipped', 1)\n    else if (keyed && keyed",
        replace:
          'else if (keyed && residency.openResidency(keyed.entry)) this.#runner.data(keyed, { ...residency.openResidency(keyed.entry)!, held: { route: null, state: this.#codec.initial(keyed.entry.key) } }, record, 0)\n    else if (keyed && keyed',
      },
    ],
    within: 100,
  },
  {
    name: 'a watermark is dropped while the state is awaited',
    edits: [
      {
        file: streams('process/rereads.ts'),
        find: "else if (kind !== 'arrive' && kind !== 'move' && 'message' in control)",
        replace: 'else if (false)',
      },
    ],
    within: 100,
  },
  {
    name: 'a key has one residency instead of a queue',
    edits: [
      {
        file: streams('migration/residency.ts'),
        find: 'if (open) entry.residencies.pop()',
        replace: 'entry.residencies = []',
      },
    ],
    within: 1500,
  },
  {
    name: 'a state is handed on without its skipped records',
    edits: [
      {
        file: streams('migration/residency.ts'),
        find: 'if (awaiting.start < (awaiting.end ?? position)) awaiting.reread = awaiting.start',
        replace: 'if (awaiting.end === null && awaiting.start < position) awaiting.reread = awaiting.start',
      },
    ],
    within: 400,
  },
  {
    // A question would find the same missing state later, so questions have to be off for this bug to show.
    name: 'no handover without state is sent for an unknown key',
    edits: [
      {
        file: streams('migration/residency.ts'),
        find: "return { pass: { to, epoch, held: null }, count: 'moves_of_unknown_keys' }",
        replace: "return { count: 'moves_of_unknown_keys' }",
      },
      NO_ASKS,
    ],
    within: 2000,
  },
  {
    name: 'the old state is used again on return',
    edits: [
      {
        file: streams('migration/residency.ts'),
        find: '    entry.residencies.pop()\n    entry.left = epoch',
        replace:
          '    entry.residencies.pop(); (entry as { old?: unknown }).old = structuredClone(open.held)\n    entry.left = epoch',
      },
      {
        file: streams('migration/residency.ts'),
        find: 'const held = from === null ? fresh() : early ?',
        replace:
          'const { old } = entry as { old?: HeldState<State> }; const held = from === null ? fresh() : old ? old : early ?',
      },
    ],
    within: 400,
  },
  {
    name: 'the route is left out of the state',
    edits: [
      {
        file: streams('state/state-codec.ts'),
        find: 'return { route: transferred.route, state',
        replace: 'return { route: null, state',
      },
    ],
    within: 100,
  },
  {
    name: 'the arrive is written in a transaction before the move',
    edits: [
      {
        file: WRITER,
        find: 'await producer.transact(records)',
        replace: "for (const part of parts(records, 'arrive')) await producer.transact(part)",
      },
      PARTS,
    ],
    within: 200,
  },
  {
    name: 'the move is written in a transaction before the arrive',
    edits: [
      {
        file: WRITER,
        find: 'await producer.transact(records)',
        replace: "for (const part of parts(records, 'move')) await producer.transact(part)",
      },
      PARTS,
    ],
    within: 1000,
  },
  {
    name: 'a zombie is not fenced',
    edits: [
      { file: streams('testing/memory-log.ts'), find: 'if (this.#id.epoch !== this.#epoch)', replace: 'if (false)' },
    ],
    within: 100,
  },
  {
    name: 'the position is committed apart from the state',
    edits: [
      {
        file: streams('task/task-transaction.ts'),
        find: 'const { records, outputs, dueMs, largest, hasParts } = partitionProcessor.take(changelog)',
        replace:
          'await producer.transact([positionRecord(changelog, partition, positions)]); const { records, outputs, dueMs, largest, hasParts } = partitionProcessor.take(changelog)',
      },
    ],
    within: 100,
  },
  {
    name: "another group's handover is accepted",
    edits: [
      {
        file: streams('migration/parse-control.ts'),
        find: 'if (group !== undefined && content.group !== group)',
        replace: 'if (false)',
      },
    ],
    within: 400,
  },
  {
    name: 'a state is given up because time has passed',
    edits: [
      {
        file: streams('migration/handover-requests.ts'),
        find: 'partitionProcessor.ask(key, residency, end - 1)',
        replace: GIVE_UP,
      },
    ],
    within: 200,
  },
  {
    name: 'a state is given up because the log is read',
    edits: [
      {
        file: streams('task/task-run.ts'),
        find: 'await this.#requests.ask(partitionProcessor, clock.now())',
        replace: `for (const { key, residency } of partitionProcessor.awaiting()) {
          const { end } = await options.log.offsets(options.topics.handovers, options.partition)
          if (partitionProcessor.positions.handovers >= end && partitionProcessor.positions.input >= this.#end) { ${GIVE_UP} }
        }`,
      },
    ],
    within: 100,
  },
  { name: 'no question is asked', edits: [NO_ASKS], within: 3000 },
  {
    name: 'a question is answered before the move was reached',
    edits: [
      {
        file: streams('migration/key-migrations.ts'),
        find: 'if (position <= after) continue',
        replace: '',
      },
    ],
    within: 400,
  },
  {
    name: 'a question is answered although the state will come',
    edits: [
      {
        file: streams('migration/residency.ts'),
        find: '!entry?.residencies.some(r => sameEpoch(r.next_epoch, epoch))',
        replace: 'entry !== null',
      },
    ],
    within: 1000,
  },
  {
    name: 'a question is not answered where the state was sent already',
    edits: [
      {
        file: streams('migration/residency.ts'),
        find: '!entry?.residencies.some(r => sameEpoch(r.next_epoch, epoch))',
        replace:
          '!entry?.residencies.some(r => sameEpoch(r.next_epoch, epoch)) && !(entry?.left && compareEpochs(entry.left, epoch) >= 0)',
      },
    ],
    within: 3000,
  },
  {
    name: 'an early handover is dropped',
    edits: [{ file: streams('migration/residency.ts'), find: 'entry.early.push(message)', replace: '' }],
    within: 100,
  },
  {
    name: 'the epoch of a handover is ignored',
    edits: [
      {
        file: streams('migration/residency.ts'),
        find: 'r.held === null && sameEpoch(r.epoch, message.epoch)',
        replace: 'r.held === null',
      },
    ],
    within: 4000,
  },
  {
    name: 'two groups share a changelog',
    edits: [
      {
        file: 'tests/simulation/stage.ts',
        find: ['changelog: `$', '{stage.name}-changelog`'].join(''),
        replace: "changelog: 'shared-changelog'",
      },
    ],
    within: 30,
  },
  {
    name: 'a record is dropped because its partition is not in the metadata',
    edits: [
      {
        file: streams('testing/memory-log.ts'),
        find: 'for (const record of records as readonly OutRecord[]) {',
        replace:
          'for (const record of records as readonly OutRecord[]) { if (record.partition >= 3) { written.push(0); continue }',
      },
    ],
    within: 30,
  },
  {
    name: 'new indicators are not warmed up',
    edits: [
      {
        file: streams('task/catch-up.ts'),
        find: 'if (keysToWarmUp.size === 0 || !processor.warmUp) return',
        replace: 'partitionProcessor.endWarmUp(keysToWarmUp); return',
      },
    ],
    within: 300,
  },
  {
    name: 'new indicators are warmed up from one partition alone',
    edits: [
      {
        file: streams('task/warm-up.ts'),
        find: 'areBornHere(keysToWarmUp) ? [partition]',
        replace: 'keysToWarmUp.size > 0 ? [partition]',
      },
    ],
    within: 1000,
  },
  {
    name: 'an early state of other settings is used without warm-up',
    edits: [{ file: streams('state/state-codec.ts'), find: 'if (!warmUp) return false', replace: 'return false' }],
    within: 3000,
  },
  {
    name: 'an older service accepts newer states',
    // The assignor gives older members no partitions of newer ones, so that it has to be off for this bug to show.
    edits: [
      { file: streams('state/state-codec.ts'), find: 'if (v > stateVersion) throw', replace: 'if (v > 99) throw' },
      { file: streams('assignor.ts'), find: 'shares.filter(s => s.version === newest)', replace: 'shares' },
      { file: streams('assignor.ts'), find: 'if (to.version < from.version) continue', replace: '' },
    ],
    within: 6000,
  },
  {
    name: 'a flat candle is folded as a real one',
    edits: [
      {
        file: 'services/candles/src/windows.ts',
        find: '  const endMs = window[OPEN_MS]! + baseMs\n',
        replace:
          '  const endMs = window[OPEN_MS]! + baseMs\n  const flat = state.close!\n  if (base.trade_count === 0 && state.close !== null) Object.assign(base, { trade_count: 1, open: flat, high: flat, low: flat, close: flat })\n',
      },
    ],
    within: 30,
  },
  {
    name: 'repeated records are processed again',
    edits: [
      {
        file: streams('process/unread.ts'),
        find: '[...records].filter(r => r.offset >= position)',
        replace: 'records',
      },
    ],
    within: 200,
  },
  {
    name: 'a key is taken for the one that had its id before',
    edits: [
      {
        file: streams('state/fast-path.ts'),
        find: 'if (interner === undefined || interner !== this.#interner) {',
        replace: 'if (interner === undefined) {',
      },
    ],
    within: 30,
  },
  {
    name: 'keys stay on the fast path through a commit',
    edits: [
      {
        file: streams('state/key-table.ts'),
        find: '    this.#cache.clear()\n    const changed',
        replace: '    const changed',
      },
      // Otherwise the next look at live outputs would repair it.
      {
        file: streams('state/key-table.ts'),
        find: '    this.#cache.clear()\n    const unshown',
        replace: '    const unshown',
      },
    ],
    within: 60,
  },
  {
    name: 'a key that has moved away stays on the fast path',
    edits: [
      {
        file: streams('state/key-table.ts'),
        find: '    this.#cache.clear()\n    const open',
        replace: '    const open',
      },
    ],
    within: 400,
  },
  {
    name: 'windows of a record at which the processor failed stay complete',
    edits: [
      {
        file: streams('process/processor-runner.ts'),
        find: '    this.missed(keyed, residency, record)\n',
        replace: '',
      },
    ],
    within: 100,
  },
  {
    name: 'windows of a rejected record stay complete',
    edits: [
      {
        file: streams('process/processor-runner.ts'),
        find: 'this.#o.processor.missed?.(state, record)',
        replace: '',
      },
    ],
    within: 100,
  },
  {
    name: 'a repeated trade is dropped without a look at its content',
    edits: [
      {
        file: 'services/candles/src/processor.ts',
        find: "if (repetition === 'same') return",
        replace: 'return',
      },
    ],
    within: 100,
  },
  {
    name: 'the content of a repeated trade is compared with the bounds of its window only',
    edits: [
      {
        file: 'services/candles/src/contradiction.ts',
        find: "if (isSame !== undefined) return isSame ? 'same' : 'other'\n  return contradicts(state, trade) ? 'other' : 'unknown'",
        replace: "return contradicts(state, trade) ? 'other' : isSame === undefined ? 'unknown' : 'same'",
      },
    ],
    within: 100,
  },
  {
    name: 'a repeated trade that cannot be compared counts as the same',
    edits: [
      {
        file: 'services/candles/src/contradiction.ts',
        find: "'other' : 'unknown'",
        replace: "'other' : 'same'",
      },
    ],
    within: 3000,
  },
  {
    name: 'flat candles are complete at a price that is in doubt',
    edits: [
      {
        file: 'services/candles/src/candle.ts',
        find: 'fold.trade_count === 0 && isPriceInDoubt(state, closeMs)',
        replace: 'false',
      },
    ],
    within: 300,
  },
  {
    name: 'the hashes of contents are not restored',
    edits: [
      {
        file: streams('state/state-codec.ts'),
        find: 'const current = ({ route, state }: HeldState<unknown>) => (',
        replace:
          'const current = ({ route, state }: HeldState<unknown>) => ((state as { window?: number[] }).window?.fill(0, 18), ',
      },
    ],
    within: 1000,
  },
  {
    name: 'the hashes of contents are lost when their key moves',
    edits: [
      {
        file: streams('state/state-codec.ts'),
        find: 'return { route: transferred.route, state',
        replace:
          '(transferred.state as { window?: number[] }).window?.fill(0, 18)\n    return { route: transferred.route, state',
      },
    ],
    within: 1000,
  },
  {
    name: 'the trade that ends a bar is in the next one, too',
    edits: [
      {
        file: BARS,
        find: 'end(state.pair, open, spec, emit)\n  }',
        replace: '{ end(state.pair, open, spec, emit); addInTime(window, trade) }\n  }',
      },
    ],
    within: 30,
  },
  {
    name: 'a bar ends above its threshold, not at it',
    edits: [{ file: BARS, find: 'window[TRADE_COUNT]! >= threshold', replace: 'window[TRADE_COUNT]! > threshold' }],
    within: 30,
  },
  {
    name: 'the number of a bar is lost when its key moves',
    edits: [
      {
        file: streams('state/state-codec.ts'),
        find: 'return { route: transferred.route, state',
        replace:
          'for (const bar of (transferred.state as { bars?: { bar: number }[] }).bars ?? []) bar.bar = 1\n    return { route: transferred.route, state',
      },
    ],
    within: 400,
  },
  {
    name: 'the trades of an open bar are lost when its key moves',
    edits: [
      {
        file: streams('state/state-codec.ts'),
        find: 'return { route: transferred.route, state',
        replace:
          'for (const bar of (transferred.state as { bars?: { window: number[] }[] }).bars ?? []) bar.window.fill(0, 5)\n    return { route: transferred.route, state',
      },
    ],
    within: 400,
  },
  {
    name: 'a bar that lacks a record set aside is complete',
    edits: [
      {
        file: 'services/candles/src/processor.ts',
        find: '    breakBars(state)\n    const trade',
        replace: '    const trade',
      },
    ],
    within: 400,
  },
  {
    name: 'a restored bar is the first one',
    edits: [
      {
        file: streams('state/state-codec.ts'),
        find: 'const { v, config, left, early, tenures, registration } = JSON.parse(text) as StoredEntry',
        replace:
          'const { v, config, left, early, tenures, registration } = JSON.parse(text.replace(/"bar":\\d+/g, \'"bar":1\')) as StoredEntry',
      },
    ],
    within: 100,
  },
  {
    name: 'a key without markers starts without a state in each partition',
    edits: [
      { file: streams('process/unmarked-keys.ts'), find: 'if (this.#place.isAlone && !keyed', replace: 'if (!keyed' },
    ],
    within: 100,
  },
  {
    name: 'the registrar forgets who has a key without markers',
    edits: [
      {
        file: streams('migration/claims.ts'),
        find: 'const from = known && !isOwner && !held ? known.owner : null',
        replace: 'const from = null',
      },
    ],
    within: 100,
  },
  {
    name: 'a repeated claim is taken for a new one',
    edits: [
      { file: streams('migration/claims.ts'), find: 'if (offset < newest) return null', replace: '' },
      { file: streams('migration/claims.ts'), find: 'const isVoid = offset === newest ||', replace: 'const isVoid =' },
    ],
    within: 1000,
  },
  {
    name: 'a state of version 0.1 closes windows by time before it is granted',
    edits: [
      {
        file: streams('process/unmarked-keys.ts'),
        find: 'return epoch !== null || (this.#place.partition === claims.REGISTRAR && this.#registrar.keeps(key))',
        replace: 'return epoch !== null || this.#place.partition !== claims.REGISTRAR || this.#registrar.keeps(key)',
      },
    ],
    within: 300,
  },
  {
    name: 'the first claim of a key is granted before every partition has claimed its states',
    edits: [
      {
        file: streams('migration/survey.ts'),
        find: 'return this.#missing().length === 0',
        replace: 'return true',
      },
    ],
    within: 600,
  },
  {
    name: 'the registrar closes windows by time before every partition has claimed its states',
    edits: [
      {
        file: streams('migration/registrar.ts'),
        find: 'if (this.#survey.isComplete) return !this.#waiting.has(pair)',
        replace: 'return true',
      },
    ],
    within: 3000,
  },
  {
    name: 'a position is continued in a topic that was made again',
    edits: [
      {
        file: streams('task/input-identity.ts'),
        find: 'if (stored) await refuseReplaced(o, topic, stored.positions[which], { known, topicId })',
        replace: '',
      },
      {
        file: streams('task/input-identity.ts'),
        find: 'if (!(await this.#isSame(which)))',
        replace: 'if (false)',
      },
    ],
    within: 100,
  },
  {
    name: 'records that were read from a topic made again are committed before it is compared',
    edits: [
      {
        file: streams('task/task-transaction.ts'),
        find: 'await identity.confirm()',
        replace: '',
      },
    ],
    within: 3000,
  },
  {
    name: 'a key without markers is given away and kept',
    edits: [
      {
        file: streams('migration/claims.ts'),
        find: "return { ...move(entry, { pair: entry.key, ...asked }, position), count: 'unmarked_moves' }",
        replace: 'return { pass: { to, epoch, held: structuredClone(open.held) } }',
      },
    ],
    within: 100,
  },
  {
    name: 'windows that are closed by time say that they are complete',
    edits: [
      { file: 'services/candles/src/processor.ts', find: 'if (idle) doubtUntil', replace: 'if (false) doubtUntil' },
    ],
    within: 100,
  },
  {
    name: 'trades that another partition has are not missed',
    edits: [{ file: 'services/candles/src/processor.ts', find: 'state.by_ids === true', replace: 'false' }],
    within: 1000,
  },
  {
    name: "a user's feature goes on with the state of its old code",
    edits: [
      {
        file: 'services/technical-indicators/src/warm-up.ts',
        find: 'const kept = indicators.keep(old.indicators)',
        replace: `const nameOf = (key: string) => key.split('@')[0]
    const kept = Object.fromEntries(indicators.entries.flatMap(key => {
      const same = Object.keys(old.indicators).find(other => nameOf(other) === nameOf(key))
      return same === undefined ? [] : [[key, old.indicators[same]]]
    }))`,
      },
    ],
    within: 300,
  },
  {
    name: 'the position passes a handover of which parts are still to come',
    edits: [
      {
        file: streams('process/partition-processor.ts'),
        find: 'this.positions.handovers = this.#parts.positionAt(chunk.next)',
        replace: 'this.positions.handovers = chunk.next',
      },
      NO_ASKS,
    ],
    within: 3000,
  },
  {
    name: 'the parts of a state are not written with it',
    edits: [
      {
        file: streams('state/state-records.ts'),
        find: 'if (parts || entry.parts) this.#pushParts',
        replace: 'if (entry.parts === undefined) this.#pushParts',
      },
    ],
    within: 100,
  },
]
