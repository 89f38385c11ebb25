import type { ScheduledEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { reconcileConsumers } from './reconcile-consumers.ts'

const store = storeFromEnvironment()
const consumers = [projectViews(store), unassignTickets(store, runtime)]

export const handler = backgroundHandler((_: ScheduledEvent, observer, deadlineMs) =>
  reconcileConsumers({ store, runtime, observer }, consumers, deadlineMs),
)
