import { tenantKey } from './keys.ts'
import { ofOneGeneration } from './sagas.ts'
import type { Row, TableName, Write } from './store.ts'

/**
 * The writes that repair restored tables. None has a condition: the tables are not in service, so nothing else writes to them, and a repair
 * that is repeated, or runs twice at once, writes the same rows.
 */
export function removeRow(table: TableName, row: Row): Write {
  return { kind: 'delete', table, key: keyOf(row) }
}

export function putRow(table: TableName, row: Row): Write {
  return { kind: 'put', table, row: { ...row, ...keyOf(row) } }
}

function keyOf({ pk, sk }: Row): { pk: string; sk?: string } {
  return { pk: String(pk), ...(sk !== undefined && { sk: String(sk) }) }
}

/**
 * A saga's row as that of a saga that an execution has still to continue. Its execution is of a past that was cut, so its task,
 * parking, wait for a release and end are gone, and with `isNew` its timeline too. `at` is the same in every repair of a
 * restore, which makes the row the same.
 */
export function continuedSaga(row: Row, { isNew, state, version, eventHash, at }: ContinuedSaga): Row {
  const gone = new Set<string>([...ofOneGeneration, 'task', 'endedAt', 'reason', 'eventHash'])
  const kept = Object.entries(row).filter(([name]) => !gone.has(name) && !(isNew && name.startsWith('t_')))
  return {
    ...Object.fromEntries(kept),
    state,
    version,
    ...(eventHash !== undefined && { eventHash }),
    touchedAt: at,
    livePk: tenantKey(String(row.tenant), 'LIVE'),
  }
}

interface ContinuedSaga {
  isNew: boolean
  state: 'pending' | 'running'
  version: number
  eventHash: string | undefined
  at: string
}

/** A fence as that of a saga that has not ended: it does not expire. */
export function continuedFence({ expiresAt: _, ...row }: Row): Row {
  return row
}

/**
 * An upload as it was requested: its saga begins anew, and the slot is open again. A verdict that was reported is still true. That it was
 * uploaded may be no longer, as its saga may have taken the object since: if it is there, `sweep-uploads` reports it again.
 */
export function requestedAgain(row: Row): Row {
  const {
    token: _,
    scanToken: _scanToken,
    scanEtag: _scanEtag,
    uploadExpiresAt: _expiry,
    uploadedAt: _at,
    ...kept
  } = row
  return { ...kept, state: 'requested' }
}
