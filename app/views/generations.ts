import type { DomainEvent } from '../../domain/event.ts'
import { isCountedByCheckpoint, type ViewGeneration } from '../../domain/view-catalog.ts'
import { generationKey, noProjections, type Projections, projectionsRow } from '../../tables/projections.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store, Write } from '../../tables/store.ts'
import { type AggregateScope, PoisonEventError } from '../consume/consumer.ts'
import { commitAhead, type ProjectionDeps } from './commit-ahead.ts'
import type { ProjectionReads } from './projection.ts'
import { projections } from './projections.ts'

/** Up to which event of the aggregate a generation is projected. */
export function projectedSeq(
  generation: ViewGeneration,
  { seqs }: Pick<Projections, 'seqs'>,
  appliedSeq: number,
): number {
  return isCountedByCheckpoint(generation) ? appliedSeq : (seqs[generationKey(generation)] ?? 0)
}

/** The writes that project one event into these generations. */
export async function projectInto(
  store: ProjectionReads,
  event: DomainEvent,
  generations: readonly ViewGeneration[],
): Promise<Write[]> {
  const concerned = generations.filter(({ view }) => projections[view].concerns(event))
  const writes = await Promise.all(
    concerned.map(({ view, generation }) => projections[view].project(store, event, generation)),
  )
  return writes.flat()
}

/**
 * The writes that complete the projection of one event into generations of which `stored` was read before; what is too much for one
 * transaction is committed already. Undefined when another projection has changed them meanwhile: the event then need not fit what was
 * read, and is no poison.
 */
export async function projectUnlessChanged(
  { store, runtime }: ProjectionDeps,
  event: DomainEvent,
  generations: readonly ViewGeneration[],
  stored: Projections,
): Promise<Write[] | undefined> {
  const { gradual = [], whole = [] } = Object.groupBy(generations, ({ view }) =>
    projections[view].isGradual ? 'gradual' : 'whole',
  )
  try {
    const [atOnce, writes] = await Promise.all([projectInto(store, event, whole), projectInto(store, event, gradual)])
    const rest = await commitAhead({ store, runtime }, stored, writes)
    return rest && [...rest, ...atOnce]
  } catch (cause) {
    if (!(cause instanceof PoisonEventError)) throw cause
    const { revision } = await readProjections(store, event)
    if (revision === stored.revision) throw cause
    return undefined
  }
}

export async function readProjections(
  store: Pick<Store, 'get'>,
  { tenant, aggregate }: AggregateScope,
): Promise<Projections> {
  return (await readRow(store, projectionsRow(tenant, aggregate))) ?? noProjections(tenant, aggregate)
}
