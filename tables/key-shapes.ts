/**
 * What DynamoDB must know of each table: keys, indexes, time to live, stream. The tables are deployed from it and the
 * in-memory twin behaves by it. All key attributes are strings; indexes project all attributes.
 */
export const tableShapes = {
  Tickets: {
    partitionKey: 'pk',
    sortKey: 'sk',
    indexes: [
      { name: 'byTenant', partitionKey: 'tenantPk', sortKey: 'openedSk' },
      { name: 'byStatus', partitionKey: 'statusPk', sortKey: 'openedSk' },
      { name: 'byAssignee', partitionKey: 'assigneePk', sortKey: 'openedSk' },
      { name: 'byRequester', partitionKey: 'requesterPk', sortKey: 'openedSk' },
    ],
  },
  // The old image too: it is the evidence when a row was changed or removed.
  Events: { partitionKey: 'pk', sortKey: 'sk', stream: 'NEW_AND_OLD_IMAGES', indexes: [] },
  Outbox: { partitionKey: 'pk', sortKey: 'sk', stream: 'NEW_IMAGE', indexes: [] },
  RequestKeys: { partitionKey: 'pk', ttl: 'expiresAt', indexes: [] },
  Receipts: {
    partitionKey: 'pk',
    sortKey: 'sk',
    // Sparse: only what is blocked.
    indexes: [{ name: 'blocked', partitionKey: 'blockedPk', sortKey: 'blockedSk' }],
  },
  Quotas: { partitionKey: 'pk', sortKey: 'sk', indexes: [] },
  Notices: { partitionKey: 'pk', sortKey: 'sk', indexes: [] },
  StepKeys: { partitionKey: 'pk', sortKey: 'sk', ttl: 'expiresAt', indexes: [] },
  Sagas: {
    partitionKey: 'pk',
    sortKey: 'sk',
    indexes: [
      { name: 'byAggregate', partitionKey: 'aggregatePk', sortKey: 'startedSk' },
      // Sparse: only sagas that have not ended carry livePk.
      { name: 'live', partitionKey: 'livePk', sortKey: 'startedSk' },
    ],
  },
  Views: { partitionKey: 'pk', sortKey: 'sk', indexes: [] },
} as const

/** Key attributes of an index. Throws `Error` naming an index that a table does not have. */
export function indexKeys(table: keyof typeof tableShapes, name: string): { partitionKey: string; sortKey: string } {
  const indexes: readonly { name: string; partitionKey: string; sortKey: string }[] = tableShapes[table].indexes
  const index = indexes.find((each) => each.name === name)
  if (!index) throw new Error(`${table} has no index ${name}`)
  return index
}
