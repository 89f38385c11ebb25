import { rowKinds } from '../schema/kinds.ts'

/**
 * What all rows under one partition key have in common. DynamoDB limits a partition, so whatever shares a key shares 1,000 write units a
 * second; `adaptive capacity` may split a key's rows by sort key, which helps where writes are not all at its end.
 */
const keyScopes = [
  'request',
  'saga',
  'ticket',
  'person',
  'tenant and status',
  'tenant and first letter',
  'tenant',
  'all',
] as const
export type KeyScope = (typeof keyScopes)[number]

/** Whether a key of this scope is written by one run only: more traffic makes more such keys, and none of them hotter. */
export function isOfOneRun(scope: KeyScope): boolean {
  return scope === 'request' || scope === 'saga'
}

/** The scope of a partition key, by the placeholder behind the tenant in its pattern. */
const scopeOfPlaceholder: Readonly<Record<string, KeyScope>> = {
  'key…': 'request',
  sagaId: 'saga',
  resumptionId: 'request',
  redriveId: 'request',
  ticketId: 'ticket',
  id: 'ticket',
  userId: 'person',
  email: 'person',
  webhook: 'tenant',
  window: 'tenant',
  settings: 'tenant',
  sla: 'tenant',
  first: 'tenant and first letter',
  sweep: 'all',
  task: 'all',
}

/** The scope of a partition key such as `TENANT#{tenant}#SAGA#{sagaId}`. Throws `Error` for a placeholder that it does not know. */
export function scopeOfPattern(pattern: string): KeyScope {
  const names = [...pattern.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name)
  const own = names.filter((name) => !['tenant', 'generation', 'TYPE', 'operation'].includes(name))
  if (own.length === 0) return names.includes('tenant') ? 'tenant' : 'all'
  const scope = scopeOfPlaceholder[own.at(-1) ?? '']
  if (!scope) throw new Error(`${pattern} has a part whose skew is unknown: name it in proof/capacity/key-scopes.ts`)
  return scope
}

/** The scope of a row that `measured.json` names by its table and the word in capitals with which its sort key begins, if it does. */
export function scopeOfRow(table: string, kind: string): KeyScope {
  const found = rowKinds.filter((each) => each.table === table && wordOf(each.key.sk) === kind)
  const scopes = found.map(({ key }) => scopeOfPattern(typeof key.pk === 'string' ? key.pk : (key.pk[0] ?? '')))
  const [scope] = scopes.toSorted((a, b) => keyScopes.indexOf(a) - keyScopes.indexOf(b))
  if (!scope) throw new Error(`no kind of row in ${table} begins with "${kind}": proof/schema/kinds has them`)
  return scope
}

function wordOf(sortKey = ''): string {
  return /^[A-Z]{3,}/.exec(sortKey)?.[0] ?? ''
}

/** The scope of each index, by `table.index`. A test compares them with keys that the code stores. */
export const scopeOfIndex: Readonly<Record<string, KeyScope>> = {
  'Tickets.byTenant': 'tenant',
  'Tickets.byStatus': 'tenant and status',
  'Tickets.byAssignee': 'person',
  'Tickets.byRequester': 'person',
  'Tickets.openByAssigneeKeys': 'person',
  'Receipts.blocked': 'tenant',
  'Sagas.byAggregate': 'ticket',
  'Sagas.liveKeys': 'tenant',
}
