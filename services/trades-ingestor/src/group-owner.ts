import { type Clock, systemClock } from '@candlewick/exchanges'
import { isDenied, type ServiceContext, untilAnswered } from '@candlewick/service'
import { GroupTaken, refuseOtherKind } from '@candlewick/streams'

/** How long the group is watched. After this time, services that were started together have joined their groups. */
const WATCH_MS = 60_000
const LOOK_MS = 5000

type Context = Pick<ServiceContext, 'config' | 'group' | 'log' | 'logger' | 'name' | 'signal' | 'topics' | 'waiting'>

/**
 * Refuses a `CONSUMER_GROUP` that another service uses, e.g. because all services read one `.env`. The ingestor joins no group,
 * so the other service cannot detect this itself.
 * @throws ConfigError
 */
export async function refuseSharedGroup(context: Context): Promise<void> {
  if (context.config.CONSUMER_GROUP !== undefined) await untilAnswered(context, () => look(context))
}

/**
 * Looks for a while whether another service joins the group: services that are started together join it later.
 * @throws GroupTaken
 */
export async function watchSharedGroup(
  context: Context,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  if (context.config.CONSUMER_GROUP === undefined) return
  const untilMs = clock.now() + WATCH_MS
  while (clock.now() < untilMs && !signal.aborted) {
    await clock.sleep(LOOK_MS, signal)
    await look(context).catch(error => {
      // The broker has answered at the start, so it is unreachable only temporarily.
      if (error instanceof GroupTaken) throw error
    })
  }
}

async function look({ log, group, name, topics }: Context): Promise<void> {
  try {
    await refuseOtherKind(log, group, { service: name, topic: topics.trades.name })
  } catch (error) {
    // The ingestor needs no right to a group.
    if (!isDenied(error)) throw error
  }
}
