import type { ScheduledEvent } from 'aws-lambda'
import { projectViews } from '../../app/consumers/project-views.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { reconcileConsumers } from './reconcile-consumers.ts'

const tables = storeFromEnvironment()
const consumers = [projectViews(tables), unassignTickets(tables, runtime)]

export const handler = withObserver((_: ScheduledEvent, observer, deadlineMs) =>
  reconcileConsumers({ store: tables, runtime, observer }, consumers, deadlineMs),
)
