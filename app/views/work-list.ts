import { workItemAfter } from '../../domain/work-list.ts'
import { readRow } from '../../tables/read-row.ts'
import { replaceWorkItem, workItemRow } from '../../tables/work-list.ts'
import { type Projection, projectOrPoison } from './projection.ts'

/** The tickets that wait for an agent, in the order in which they should be worked on. */
export const workListProjection: Projection = {
  view: 'work-list',
  aggregates: ['ticket'],
  concerns: () => true,
  async project(store, event, generation) {
    const { tenant, aggregate } = event
    const before = await readRow(store, workItemRow(tenant, aggregate.id, generation))
    const after = projectOrPoison('work-list', () => workItemAfter(before, event))
    return after === before ? [] : replaceWorkItem(tenant, generation, before, after)
  },
}
