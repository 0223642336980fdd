import type { Random } from './random.ts'
import { ownTopics } from './stage.ts'
import { newestOf, type World } from './world.ts'

/** Events that can happen to a world. Each picks its victim itself. */
const EVENTS: Record<string, (world: World, random: Random) => void> = {
  kill: (world, random) => {
    const { instances } = victims(world, random)
    if (instances.length > 0) world.kill(random.pick(instances).owner)
  },
  stop: (world, random) => {
    const { instances } = victims(world, random)
    if (instances.length > 1) void world.stopInstance(random.pick(instances))
  },
  start: (world, random) => {
    const { stage, instances } = victims(world, random)
    if (instances.length < 3) world.startInstance(stage)
  },
  freeze: (world, random) => {
    const { instances } = victims(world, random)
    if (instances.length > 0) world.freeze(random.pick(instances).owner, random.int(100, 3000))
  },
  growInput: (world, random) => {
    const { stage } = victims(world, random)
    for (let i = random.int(0, 3); i >= 0; i--)
      world.later(i * random.int(50, 400), () => {
        if (world.cluster.partitions(stage.input).length < 7) world.grow(stage.input, 1)
      })
  },
  killWriter: world => world.killWriter(),
  secondWriter: world => world.startWriter(),
  brokerAway: (world, random) => {
    const forMs = random.int(50, 1000)
    world.tell(`no broker answers for ${forMs} ms`)
    world.weather.awayUntil = world.scheduler.now + forMs
  },
  rebalance: (world, random) => {
    const { stage } = victims(world, random)
    world.tell(`${stage.name} is rebalanced`)
    world.cluster.group(stage.name).rebalance()
  },
  foreignHandover: (world, random) => {
    const { stage } = victims(world, random)
    world.tell(`another group writes to the handovers of ${stage.name}`)
    world.writeForeignHandover(stage)
  },
  compaction: (world, random) => {
    const { stage } = victims(world, random)
    const { changelog } = ownTopics(stage)
    world.tell(`${changelog} is compacted`)
    for (const partition of world.cluster.partitions(changelog)) partition.compact()
  },
  timeout: (world, random) => {
    const id = world.cluster.timeOutTransaction(open => random.pick(open))
    if (id) world.tell(`the transaction of ${id} times out`)
  },
}

/** Further events for histories that may lose records. */
const LOSSES: Record<string, (world: World, random: Random) => void> = {
  retention: (world, random) => {
    const { stage } = victims(world, random)
    const partitions = world.cluster.partitions(stage.input)
    const partition = random.int(0, partitions.length - 1)
    const { start } = partitions[partition]!
    const end = partitions[partition]!.stable()
    const offset = random.chance(0.5) ? end : random.int(start, end)
    world.tell(`retention truncates ${stage.input}/${partition} from ${start} to ${offset}`)
    partitions[partition]!.truncate(offset)
  },
  retentionOfHandovers: (world, random) => {
    const { stage } = victims(world, random)
    const { handovers } = ownTopics(stage)
    const partitions = world.cluster.partitions(handovers)
    const number = random.int(0, partitions.length - 1)
    const partition = partitions[number]!
    world.tell(`retention truncates ${handovers}/${number} from ${partition.start} to ${partition.stable()}`)
    partition.truncate(partition.stable())
  },
}

function victims(world: World, random: Random) {
  const stage = random.pick(world.stages)
  return { stage, instances: world.instancesOf(stage) }
}

/** Lets events happen to the world at random moments until the given time. */
export function unleash(world: World, random: Random, untilMs: number, losses: boolean): void {
  world.weather.errors = random.pick([0, 0.002, 0.01, 0.03])
  world.weather.crashes = random.pick([0, 0.0005, 0.003])
  world.weather.repeats = random.pick([0, 0.02, 0.1])
  world.weather.latencyMs = random.pick([1, 5, 20])
  const kinds = Object.keys(EVENTS).filter(() => random.chance(0.6))
  const growth = random.chance(0.8) ? ['growInput', 'growInput', 'growInput', 'growInput'] : []
  const events = losses ? { ...EVENTS, ...LOSSES } : EVENTS
  const candidates = [...kinds, ...growth, ...(losses ? Object.keys(LOSSES) : [])]
  if (candidates.length === 0) return
  const meanGapMs = random.pick([50, 150, 500])
  const next = () => {
    world.later(-Math.log(1 - random.next()) * meanGapMs, () => {
      if (world.scheduler.now > untilMs) return
      events[random.pick(candidates)]!(world, random)
      next()
    })
  }
  next()
}

/** Ends all faults. Afterwards no operation fails. */
export function heal(world: World): void {
  world.tell('everything heals')
  Object.assign(world.weather, {
    errors: 0,
    crashes: 0,
    repeats: 0,
    awayUntil: 0,
    latencyMs: 1,
  } satisfies World['weather'])
  world.peace = true
  for (const stage of world.stages) {
    const [newest] = newestOf(stage)
    for (const instance of world.instancesOf(stage))
      if (instance.version < newest!.stateVersion) void world.stopInstance(instance)
    if (world.instancesOf(stage).length === 0) world.startInstance(stage)
  }
}
