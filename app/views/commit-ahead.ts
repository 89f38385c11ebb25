import type { Runtime } from '../../domain/runtime.ts'
import { checkProjections, type Projections } from '../../tables/projections.ts'
import { Retries } from '../../tables/retries.ts'
import type { Store, Write } from '../../tables/store.ts'

export interface ProjectionDeps {
  store: Store
  runtime: Runtime
}

/** A transaction takes 100 writes: these, those of the other read models, the checkpoint and the sequence numbers. */
const gradualWritesMax = 60

/** One write less than a transaction takes, for the check. */
const aheadWritesMax = 99

/** How long writes ahead may be repeated. The event's next delivery repeats them as well. */
const aheadTimeoutMs = 2_000

/**
 * Commits the first of some gradual writes, in order, and returns the last ones that fit into the event's own transaction. Each transaction
 * asserts that nobody has projected anything since `stored` was read: so a function that was held up can't write what has been taken away
 * since. Undefined when somebody has.
 */
export async function commitAhead(
  { store, runtime }: ProjectionDeps,
  stored: Projections,
  writes: readonly Write[],
): Promise<Write[] | undefined> {
  const retries = new Retries(runtime, runtime.now() + aheadTimeoutMs)
  let done = 0
  while (writes.length - done > gradualWritesMax) {
    const some = writes.slice(done, done + aheadWritesMax)
    const outcome = await store.transactWrite([checkProjections(stored), ...some], runtime.newId())
    if (outcome.status === 'committed') done += some.length
    else if (outcome.status === 'cancelled' && outcome.reasons[0]?.code === 'condition') return undefined
    else if (!(await retries.next())) throw new Error('writes ahead of an event could not be committed in time')
  }
  return writes.slice(done)
}
