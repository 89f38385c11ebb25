import { isCountedByCheckpoint, isIncomplete, isRead, maintainedGenerations } from '../../domain/view-catalog.ts'
import { checkpointRow } from '../../tables/checkpoints.ts'
import { generationKey } from '../../tables/projections.ts'
import { readRow } from '../../tables/read-row.ts'
import { aggregateHeaderOf } from '../aggregate-header.ts'
import { PoisonEventError } from '../consume/consumer.ts'
import { projectViewsName } from '../consumers/project-views.ts'
import { readCatalog } from '../views/catalog.ts'
import { catchUpGeneration } from '../views/catch-up-generation.ts'
import { projectedSeq, readProjections } from '../views/generations.ts'
import { projections } from '../views/projections.ts'
import { type Detector, HandOver, type ReconcileDeps, type Suspect } from './drift.ts'

/**
 * Read models that lag behind the events that their consumer has applied: an earlier version of the consumer has applied them without the
 * read model. One that is behind for an aggregate is caught up, event by event. That its rows are right too is compared by the command
 * only, since it takes all events (docs/adr/0039).
 */
export const viewsDetector: Detector = {
  kind: 'views',
  async suspects(deps, row, _deadlineMs) {
    const scope = aggregateHeaderOf(row)
    if (!scope) return []
    const { store } = deps
    const { catalog } = await readCatalog(store)
    const followed = maintainedGenerations(catalog).filter(
      (one) =>
        projections[one.view].aggregates.includes(scope.aggregate.type) &&
        isRead(catalog, one) &&
        !isIncomplete(catalog, one) &&
        !isCountedByCheckpoint(one),
    )
    if (followed.length === 0) return []
    const checkpoint = await readRow(store, checkpointRow(projectViewsName, scope.tenant, scope.aggregate))
    const appliedSeq = checkpoint?.appliedSeq ?? 0
    const stored = await readProjections(store, scope)
    return followed.flatMap((one): Suspect[] => {
      const seq = projectedSeq(one, stored, appliedSeq)
      if (seq >= appliedSeq) return []
      const name = generationKey(one)
      return [
        {
          kind: 'views',
          subject: `${name} of ${scope.subject}`,
          mark: `${name} ${seq}`,
          problem: `reflects ${seq} of ${appliedSeq} applied events`,
          async heal(deadlineMs) {
            try {
              const { events, isInStep } = await catchUpGeneration(deps, one, scope, deadlineMs)
              return `projected ${events} events${isInStep ? '' : ', and the next round goes on'}`
            } catch (cause) {
              if (!(cause instanceof PoisonEventError)) throw cause
              throw new HandOver(cause.message, { cause })
            }
          },
          handOver: `rebuild it: npm run rebuild -- ${one.view}`,
        },
      ]
    })
  },
}

/** Read models that are known to lack events of the past: only a rebuild makes one that lacks none. */
export async function incompleteViews({ store }: Pick<ReconcileDeps, 'store'>): Promise<Suspect[]> {
  const { catalog } = await readCatalog(store)
  return maintainedGenerations(catalog)
    .filter((one) => isRead(catalog, one) && isIncomplete(catalog, one))
    .map((one) => ({
      kind: 'views',
      subject: `the read model ${generationKey(one)}`,
      mark: generationKey(one),
      problem: 'lacks events of the past, as it is younger than the data',
      handOver: `rebuild it: npm run rebuild -- ${one.view}`,
    }))
}
