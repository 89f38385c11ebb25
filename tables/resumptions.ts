import type { Change } from '../domain/decision.ts'
import { Resumption } from '../domain/resumption.ts'
import { present } from './condition.ts'
import { aggregateKey, type RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'
import { isNextVersion } from './version.ts'

/** Resumptions of many sagas, stored in `Tickets`: what was asked, by whom, and how far it has come. */
const table = 'Tickets'

// Ignores the key attributes of a row. Built once, because Zod compiles a schema at its first parse.
const ResumptionRow = Resumption.strip()

const keyOf = (tenant: string, id: string) => ({
  pk: aggregateKey(tenant, { type: 'resumption', id }),
  sk: 'RESUMPTION',
})

export function resumptionRow(tenant: string, id: string): RowRead<Resumption> {
  return { table, key: keyOf(tenant, id), parse: parseResumption }
}

/** Throws `ZodError` when the row is not a resumption. */
export function parseResumption(row: Row): Resumption {
  return ResumptionRow.parse(row)
}

export function putResumption(tenant: string, resumption: Resumption): Write {
  const row = { ...keyOf(tenant, resumption.id), ...resumption, tenant }
  return { kind: 'put', table, row, when: isNextVersion(resumption.version) }
}

/** Adds to the counts, as resumes may be counted at the same time. */
export function advanceResumption(tenant: string, { resumptionId, advance }: Change & { operation: 'advance' }): Write {
  const { refused, failed, after, finishedAt, version, eventHash } = advance
  return {
    kind: 'update',
    table,
    key: keyOf(tenant, resumptionId),
    set: { version, ...(eventHash && { eventHash }), ...(after && { after }), ...(finishedAt && { finishedAt }) },
    add: { refused, failed },
    when: isNextVersion(version),
  }
}

export function countResumed(tenant: string, resumptionId: string): Write {
  return { kind: 'update', table, key: keyOf(tenant, resumptionId), add: { resumed: 1 }, when: present }
}
