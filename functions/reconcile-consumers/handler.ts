import type { ScheduledEvent } from 'aws-lambda'
import { observed } from '../observer.ts'
import { projectViews } from '../project-views/project-views.ts'
import { store, world } from '../runtime.ts'
import { unassignTickets } from '../unassign-tickets/unassign-tickets.ts'
import { reconcileConsumers } from './reconcile-consumers.ts'

const tables = store()
const consumers = [projectViews(tables), unassignTickets(tables, world)]

export const handler = observed((_: ScheduledEvent, observer, untilMs) =>
  reconcileConsumers({ store: tables, world, observer }, consumers, untilMs),
)
