import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { maintainedGenerations, type ViewGeneration } from '../../domain/view-catalog.ts'
import { checkProjections, generationKey, replaceProjections } from '../../tables/projections.ts'
import type { Store, Write } from '../../tables/store.ts'
import type { Consumer } from '../consume/consumer.ts'
import { isCountedByCheckpoint, projectInto, projectUnlessChanged, readProjections } from '../views/generations.ts'
import { projections } from '../views/projections.ts'
import { cachedCatalog } from '../views/read-catalog.ts'

/** Its checkpoint says up to which event of an aggregate the read models are projected. */
export const projectViewsName = 'project-views'

/**
 * Maintains the read models: each event is projected into every generation that has all events before it. One that has not is left to its
 * rebuild, which brings it up to the checkpoint; from then on it is in step.
 */
export function projectViews(store: Store, runtime: Pick<Runtime, 'now'>): Consumer {
  const readCatalog = cachedCatalog(store, runtime)
  return {
    name: projectViewsName,
    async handle(event) {
      const { catalog } = await readCatalog()
      const followers = maintainedGenerations(catalog).filter(({ view }) =>
        projections[view].aggregates.includes(event.aggregate.type),
      )
      const { counted = [], others = [] } = Object.groupBy(followers, (one) =>
        isCountedByCheckpoint(one) ? 'counted' : 'others',
      )
      return [...(await projectInto(store, event, counted)), ...(await projectOthers(store, event, others))]
    },
  }
}

async function projectOthers(
  store: Store,
  event: DomainEvent,
  generations: readonly ViewGeneration[],
): Promise<Write[]> {
  if (generations.length === 0) return []
  const { seq } = event
  for (;;) {
    const stored = await readProjections(store, event)
    const inStep = generations.filter((one) => (stored.seqs[generationKey(one)] ?? 0) === seq - 1)
    // Without the check, a rebuild that catches up at this moment would take itself for in step, and miss this event.
    if (inStep.length === 0) return [checkProjections(stored)]
    const writes = await projectUnlessChanged(store, event, inStep, stored)
    // A rebuild has gone on meanwhile, which it does a bounded number of times: up to this event.
    if (!writes) continue
    const advanced = Object.fromEntries(inStep.map((one) => [generationKey(one), seq]))
    // Entries of generations that this function does not know of yet stay as they are.
    return [replaceProjections(stored, { ...stored.seqs, ...advanced }), ...writes]
  }
}
