import type { Access } from '../catalogue/access.ts'

/**
 * What `npm run archive` does with tables, its way back included: the policy that a stage has for operators. No role of the app has the
 * deletion of events.
 */
export const archiverAccess = {
  Tickets: ['Scan', 'GetItem', 'Query', 'ConditionCheckItem', 'PutItem'],
  Events: ['GetItem', 'Query', 'DeleteItem', 'PutItem'],
  // Of all: the ledger says up to which event everything was delivered.
  Outbox: ['Query', 'Scan'],
  Unconfirmed: ['Query', 'Scan'],
  Receipts: ['GetItem'],
  Sagas: ['Query byAggregate'],
  SweepPositions: ['GetItem', 'PutItem'],
  Runs: ['PutItem'],
} as const satisfies Access
