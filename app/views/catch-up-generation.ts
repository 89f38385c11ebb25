import type { DomainEvent } from '../../domain/event.ts'
import type { ViewGeneration } from '../../domain/view-catalog.ts'
import { checkpointRow, initialCheckpoint } from '../../tables/checkpoints.ts'
import { eventsQuery, parseEvent } from '../../tables/events.ts'
import { generationKey, type Projections, replaceProjections } from '../../tables/projections.ts'
import { readRow } from '../../tables/read-row.ts'
import { Retries } from '../../tables/retries.ts'
import type { Write } from '../../tables/store.ts'
import type { AggregateScope, ConsumerDeps } from '../consume/consumer.ts'
import { projectViewsName } from '../consumers/project-views.ts'
import { projectedSeq, projectUnlessChanged, readProjections } from './generations.ts'
import { projections } from './projections.ts'

/** Events read at a time. */
const pageSize = 100

/**
 * Projects an aggregate's past into one generation, up to the checkpoint of the live projection, each event once. When it returns, the
 * generation is in step: the next event is projected by the consumer. It can be stopped at any moment and run again, beside traffic and
 * beside itself.
 *
 * Returns how many events it has projected, `isInStep` unless the deadline (epoch milliseconds) came first: then the next call goes on.
 * Throws `Error` when other transactions let it project none by then, `PoisonEventError` at an event that does not fit.
 */
export async function catchUpGeneration(
  deps: ConsumerDeps,
  generation: ViewGeneration,
  { tenant, aggregate }: AggregateScope,
  deadlineMs: number,
): Promise<{ events: number; isInStep: boolean }> {
  const { store, runtime } = deps
  const retries = new Retries(runtime, deadlineMs)
  let projected = 0
  for (;;) {
    // The checkpoint first: what is read after it shows at least as much.
    const checkpoint = await readRow(store, checkpointRow(projectViewsName, tenant, aggregate))
    const { appliedSeq } = checkpoint ?? initialCheckpoint(projectViewsName, tenant, aggregate)
    const stored = await readProjections(store, { tenant, aggregate })
    const seq = projectedSeq(generation, stored, appliedSeq)
    if (seq >= appliedSeq) return { events: projected, isInStep: true }
    if (projected > 0 && runtime.now() >= deadlineMs) return { events: projected, isInStep: false }
    const to = Math.min(appliedSeq, seq + pageSize)
    const { rows } = await store.query(eventsQuery(tenant, aggregate, { from: seq + 1, to }))
    const events = rows.map(parseEvent)
    if (events[0]?.seq !== seq + 1)
      throw new Error(`event ${seq + 1} of ${aggregate.type} ${aggregate.id} can't be read`)
    const done = await projectPage(deps, generation, stored, events)
    projected += done
    if (done < events.length && !(await retries.next())) {
      if (projected > 0) return { events: projected, isInStep: false }
      throw new Error(
        `${generationKey(generation)} could not catch up in time, as other transactions kept changing its rows`,
      )
    }
  }
}

/** Returns how many events are projected when it ends, or meets a change by somebody else. */
async function projectPage(
  { store, runtime }: ConsumerDeps,
  generation: ViewGeneration,
  from: Projections,
  events: readonly DomainEvent[],
): Promise<number> {
  const key = generationKey(generation)
  let stored = from
  let done = 0
  const commit = async (seq: number, writes: readonly Write[]) => {
    const seqs = { ...stored.seqs, [key]: seq }
    const { status } = await store.transactWrite([replaceProjections(stored, seqs), ...writes], runtime.newId())
    stored = { ...stored, seqs, revision: stored.revision + 1 }
    return status === 'committed'
  }
  for (const [index, event] of events.entries()) {
    const isLast = index === events.length - 1
    if (!projections[generation.view].concerns(event) && !isLast) continue
    const writes = await projectUnlessChanged({ store, runtime }, event, [generation], stored)
    if (!writes || !(await commit(event.seq, writes))) return done
    done = index + 1
  }
  return done
}
