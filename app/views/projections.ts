import type { ViewName } from '../../domain/view-catalog.ts'
import { dashboardProjection } from './dashboard.ts'
import type { Projection } from './projection.ts'
import { searchProjection } from './search.ts'
import { statsProjection } from './stats.ts'
import { workListProjection } from './work-list.ts'

/** How each read model follows the events. */
export const projections: Readonly<Record<ViewName, Projection>> = {
  stats: statsProjection,
  dashboard: dashboardProjection,
  search: searchProjection,
  'work-list': workListProjection,
}
