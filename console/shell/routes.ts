import { BreakPage } from '../break/break-page.ts'
import { LoadPage } from '../load/load-page.ts'
import { OperatePage } from '../operate-page/operate-page.ts'
import { OverviewPage } from '../overview/overview-page.ts'
import { ScenariosPage } from '../play/scenarios-page.ts'
import { TablesPage } from '../rows/tables-page.ts'
import { SagaPage } from '../saga/saga-page.ts'
import { TimelinePage } from '../timeline/timeline-page.ts'
import type { Pages } from './page.ts'

/** The pages that the embedded stack serves. */
export const pages: Pages = [
  { id: 'overview', title: 'Overview', view: OverviewPage },
  { id: 'life', title: 'A request’s life', view: TimelinePage },
  { id: 'saga', title: 'A saga', view: SagaPage },
  { id: 'operate', title: 'Operate', view: OperatePage },
  { id: 'break', title: 'Break it', view: BreakPage },
  { id: 'scenarios', title: 'Scenarios', view: ScenariosPage },
  { id: 'tables', title: 'Tables', view: TablesPage },
  { id: 'load', title: 'Load', view: LoadPage },
]
