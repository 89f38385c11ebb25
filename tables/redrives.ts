import { Redrive } from '../domain/redrive.ts'
import { aggregateKey } from './keys.ts'
import type { Row, Write } from './store.ts'
import { isNextVersion } from './version.ts'

/** Redrives that operators asked for, stored in `Tickets`: who, when, and of what. Nothing changes one. */
const table = 'Tickets'

// Ignores the key attributes of a row. Built once, because Zod compiles a schema at its first parse.
const RedriveRow = Redrive.strip()

/** Throws `ZodError` when the row is not a redrive. */
export function parseRedrive(row: Row): Redrive {
  return RedriveRow.parse(row)
}

export function putRedrive(tenant: string, redrive: Redrive): Write {
  const pk = aggregateKey(tenant, { type: 'redrive', id: redrive.id })
  return { kind: 'put', table, row: { pk, sk: 'REDRIVE', ...redrive, tenant }, when: isNextVersion(redrive.version) }
}
