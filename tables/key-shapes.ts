/**
 * The shape of each table: keys, indexes, TTL attribute, stream. The CDK app deploys the tables from it and the in-memory store follows
 * it. All key attributes are strings. An index holds whole rows, or only keys where few read it and many write the row (ADR 30).
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
      // Sparse: only assigned tickets that are not closed have openAssigneePk, except rows not written since it was introduced.
      { name: 'openByAssigneeKeys', partitionKey: 'openAssigneePk', sortKey: 'openedSk', holds: 'keys' },
    ],
  },
  // With the old image, which is the evidence when someone changes or deletes a row.
  Events: { partitionKey: 'pk', sortKey: 'sk', stream: 'NEW_AND_OLD_IMAGES', indexes: [] },
  Outbox: { partitionKey: 'pk', sortKey: 'sk', stream: 'NEW_IMAGE', indexes: [] },
  RequestKeys: { partitionKey: 'pk', ttl: 'expiresAt', indexes: [] },
  Receipts: {
    partitionKey: 'pk',
    sortKey: 'sk',
    // Sparse: contains blocked aggregates only.
    indexes: [{ name: 'blocked', partitionKey: 'blockedPk', sortKey: 'blockedSk' }],
  },
  Quotas: { partitionKey: 'pk', sortKey: 'sk', indexes: [] },
  RateLimits: { partitionKey: 'pk', ttl: 'expiresAt', indexes: [] },
  Notices: { partitionKey: 'pk', sortKey: 'sk', indexes: [] },
  StepKeys: { partitionKey: 'pk', sortKey: 'sk', ttl: 'expiresAt', indexes: [] },
  Sagas: {
    partitionKey: 'pk',
    sortKey: 'sk',
    indexes: [
      { name: 'byAggregate', partitionKey: 'aggregatePk', sortKey: 'startedSk' },
      // Sparse: only sagas that have not ended have livePk.
      { name: 'liveKeys', partitionKey: 'livePk', sortKey: 'startedSk', holds: 'keys' },
    ],
  },
  Views: { partitionKey: 'pk', sortKey: 'sk', indexes: [] },
  Unconfirmed: { partitionKey: 'pk', sortKey: 'sk', indexes: [] },
  SweepPositions: { partitionKey: 'pk', indexes: [] },
  Runs: { partitionKey: 'pk', sortKey: 'sk', indexes: [] },
} as const

export interface IndexShape {
  name: string
  partitionKey: string
  sortKey: string
  /** The index holds whole rows if left out. */
  holds?: 'keys'
}

/**
 * Indexes that are no longer read. DynamoDB adds or removes one index per update of a table, so an upgrade from a version that has them
 * keeps them for one deployment (docs/adr/0030).
 */
export const retiredIndexes: { [T in keyof typeof tableShapes]?: readonly IndexShape[] } = {
  Tickets: [{ name: 'openByAssignee', partitionKey: 'openAssigneePk', sortKey: 'openedSk' }],
  Sagas: [{ name: 'live', partitionKey: 'livePk', sortKey: 'startedSk' }],
}

/** The shape of an index. Throws `Error` when the table has no such index. */
export function indexShape(table: keyof typeof tableShapes, name: string): IndexShape {
  const indexes: readonly IndexShape[] = tableShapes[table].indexes
  const index = indexes.find((candidate) => candidate.name === name)
  if (!index) throw new Error(`${table} has no index ${name}`)
  return index
}

/** The key attributes of a row, with those of the index: where a scan can go on behind it (ExclusiveStartKey). */
export function keyAttributesOf(
  row: Record<string, unknown>,
  { table, index }: { table: keyof typeof tableShapes; index?: string },
): Record<string, string> {
  const shapes: { partitionKey: string; sortKey?: string }[] = [tableShapes[table]]
  if (index !== undefined) shapes.push(indexShape(table, index))
  const names = shapes.flatMap(({ partitionKey, sortKey }) => (sortKey ? [partitionKey, sortKey] : [partitionKey]))
  return Object.fromEntries(names.map((name) => [name, String(row[name])]))
}
