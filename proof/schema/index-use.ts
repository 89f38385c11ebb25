import { tableShapes } from '../../tables/key-shapes.ts'
import type { TableName } from '../../tables/store.ts'
import { capacityOf, type TablesSettings } from '../cost/capacity.ts'
import type { Measured, UseCase } from '../cost/usage.ts'

export type IndexName = {
  [T in TableName]: `${T}.${(typeof tableShapes)[T]['indexes'][number]['name']}`
}[TableName]

/** When each index can go. An index goes in two deployments (ADR 30). */
export const canGo: Record<IndexName, string> = {
  'Tickets.byTenant': 'when no list shows all tickets of a tenant: a list by status could be read five times instead',
  'Tickets.byStatus': 'when `GET /tickets` no longer takes `status`, or a read model answers it',
  'Tickets.byAssignee':
    'when `GET /tickets` no longer takes `assignee`, and no ticket is left that lacks `openAssigneePk`',
  'Tickets.byRequester': 'never while customers list their own tickets',
  'Tickets.openByAssigneeKeys': 'when a deactivation no longer unassigns tickets',
  'Receipts.blocked': 'never while a poison event blocks its aggregate: read models would not know that they are stale',
  'Sagas.byAggregate': 'when `GET /tickets/{ticketId}/sagas` goes',
  'Sagas.liveKeys': 'never while lost executions are found by reconciliation',
}

/** The tables as the cost model knows them, from their shapes. */
const settings: TablesSettings = Object.fromEntries(
  Object.entries(tableShapes).map(([name, shape]) => [
    name,
    {
      keys: 'sortKey' in shape ? [shape.partitionKey, shape.sortKey] : [shape.partitionKey],
      indexes: shape.indexes.map((index) => ({
        name: index.name,
        keys: [index.partitionKey, index.sortKey],
        projection: 'holds' in index ? ('KEYS_ONLY' as const) : ('ALL' as const),
      })),
    },
  ]),
)

/** The write units that a use case spends on an index, from measured sizes by DynamoDB's rules. */
export function indexUnits({ useCases }: Measured, useCase: UseCase, index: string): number {
  return useCases[useCase].database.reduce(
    (sum, call) => sum + call.times * (capacityOf(call, settings).byIndex[index] ?? 0),
    0,
  )
}

/** What one run of a use case spends on all its calls to DynamoDB, in units, and how many rows it writes. */
export function unitsOf(
  { useCases }: Measured,
  useCase: UseCase,
): { read: number; write: number; rowsWritten: number } {
  const sum = { read: 0, write: 0, rowsWritten: 0 }
  for (const call of useCases[useCase].database) {
    const { read, write } = capacityOf(call, settings)
    sum.read += call.times * read
    sum.write += call.times * write
    if (write > 0) sum.rowsWritten += call.times * call.rows.length
  }
  return sum
}
