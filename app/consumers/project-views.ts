import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import {
  isCountedByCheckpoint,
  isIncomplete,
  isRead,
  maintainedGenerations,
  markIncomplete,
  type ViewCatalog,
  type ViewGeneration,
} from '../../domain/view-catalog.ts'
import { checkProjections, generationKey, replaceProjections } from '../../tables/projections.ts'
import type { Store, Write } from '../../tables/store.ts'
import type { Consumer } from '../consume/consumer.ts'
import { cachedCatalog, changeCatalog } from '../views/catalog.ts'
import type { ProjectionDeps } from '../views/commit-ahead.ts'
import { projectInto, projectUnlessChanged, readProjections } from '../views/generations.ts'
import { projections } from '../views/projections.ts'

/** Its checkpoint says up to which event of an aggregate the read models are projected. */
export const projectViewsName = 'project-views'

/**
 * Maintains the read models: each event is projected into every generation that has all events before it. One that has not is left to its
 * rebuild, which brings it up to the checkpoint; from then on it is in step. Where readers get one that is behind, the catalog says so.
 */
export function projectViews(store: Store, runtime: Runtime): Consumer {
  const readCatalog = cachedCatalog(store, runtime)
  return {
    name: projectViewsName,
    async handle(event) {
      const catalog = await readCatalog()
      const followers = maintainedGenerations(catalog).filter(({ view }) =>
        projections[view].aggregates.includes(event.aggregate.type),
      )
      const { counted = [], others = [] } = Object.groupBy(followers, (one) =>
        isCountedByCheckpoint(one) ? 'counted' : 'others',
      )
      return [
        ...(await projectInto(store, event, counted)),
        ...(await projectOthers({ store, runtime }, event, catalog, others)),
      ]
    },
  }
}

async function projectOthers(
  { store, runtime }: ProjectionDeps,
  event: DomainEvent,
  catalog: ViewCatalog,
  generations: readonly ViewGeneration[],
): Promise<Write[]> {
  if (generations.length === 0) return []
  const { seq } = event
  for (;;) {
    const stored = await readProjections(store, event)
    const seqOf = (one: ViewGeneration) => stored.seqs[generationKey(one)] ?? 0
    const inStep = generations.filter((one) => seqOf(one) === seq - 1)
    const behind = generations.filter(
      (one) => seqOf(one) < seq - 1 && isRead(catalog, one) && !isIncomplete(catalog, one),
    )
    // An earlier version of this function has projected the events before. From now on, answers say so.
    if (behind.length > 0) await changeCatalog({ store }, (read) => markIncomplete(read, behind))
    // Without the check, a rebuild that catches up at this moment would take itself for in step, and miss this event.
    if (inStep.length === 0) return [checkProjections(stored)]
    const writes = await projectUnlessChanged({ store, runtime }, event, inStep, stored)
    // A rebuild has gone on meanwhile, which it does a bounded number of times: up to this event.
    if (!writes) continue
    const advanced = Object.fromEntries(inStep.map((one) => [generationKey(one), seq]))
    // Entries of generations that this function does not know of yet stay as they are.
    return [replaceProjections(stored, { ...stored.seqs, ...advanced }), ...writes]
  }
}
