import type { VNode } from 'preact'
import { BreakPage } from '../break/break-page.ts'
import { LifePage } from '../life/life-page.ts'
import { LoadPage } from '../load/load-page.ts'
import { OperatePage } from '../operate/operate-page.ts'
import { OverviewPage } from '../overview/overview-page.ts'
import { ScenariosPage } from '../play/scenarios-page.ts'
import { TablesPage } from '../rows/tables-page.ts'
import { SagaPage } from '../saga/saga-page.ts'
import type { Place } from './place.ts'

export interface Page {
  /** In the address: `#life/ticket/ID`. */
  id: string
  title: string
  view: (props: { place: Place }) => VNode
}

/** Every page, in the order of the navigation. The first one is where the console opens. */
export const pages: readonly [Page, ...Page[]] = [
  { id: 'overview', title: 'Overview', view: OverviewPage },
  { id: 'life', title: 'A request’s life', view: LifePage },
  { id: 'saga', title: 'A saga', view: SagaPage },
  { id: 'operate', title: 'Operate', view: OperatePage },
  { id: 'break', title: 'Break it', view: BreakPage },
  { id: 'scenarios', title: 'Scenarios', view: ScenariosPage },
  { id: 'tables', title: 'Tables', view: TablesPage },
  { id: 'load', title: 'Load', view: LoadPage },
]

export function pageAt({ page }: Place): Page {
  return pages.find(({ id }) => id === page) ?? pages[0]
}
