import { chainEvent } from '../../../domain/event-chain.ts'
import type { KeptDigest } from '../../../proof/check/digests.ts'
import type { SentMail } from '../../../proof/check/mail-log.ts'
import type { StoredObject } from '../../../proof/check/objects.ts'
import type { RequestAttempt } from '../../../proof/load/attempt.ts'
import type { ViewRead } from '../../../proof/load/view-read.ts'
import type { Row, Store, TableName } from '../../../tables/store.ts'
import { allRows } from '../../fixtures/dump.ts'

/** A way to corrupt the evidence of a healthy system so that it breaks `invariant`, and possibly others too. */
export interface Corruption {
  invariant: number
  /** A noun phrase, such as `an unknown status`. */
  what: string
  corrupt?: (tamper: Tamper) => Promise<void>
  /** What clients claim to have been answered, given the stored request keys. */
  attempts?: (requests: Row[], nowMs: number) => RequestAttempt[]
  objects?: (stored: StoredObject[]) => StoredObject[]
  mails?: (sent: SentMail[]) => SentMail[]
  /** What read models answered to clients. */
  viewReads?: ViewRead[]
  digests?: (kept: KeptDigest[]) => KeptDigest[]
}

type RowFilter = (row: Row, index: number, all: Row[]) => boolean

/** Writes rows without any of the tables' conditions, as only a bug or a person could. Throws `Error` when no row matches. */
export class Tamper {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async change(table: TableName, isWanted: (row: Row) => boolean, changes: Row, count = 1): Promise<void> {
    for (const row of await this.#find(table, isWanted, count)) await this.#put(table, { ...row, ...changes })
  }

  /** Replaces what `edited` returns of a row, whose keys stay. */
  async edit(table: TableName, isWanted: (row: Row) => boolean, edited: (row: Row) => Row): Promise<void> {
    const [row] = await this.#find(table, isWanted, 1)
    if (row) await this.#put(table, { pk: row.pk, sk: row.sk, ...edited(row) })
  }

  async remove(table: TableName, isWanted: RowFilter): Promise<void> {
    const [row] = await this.#find(table, isWanted, 1)
    await this.#store.write({ kind: 'delete', table, key: { pk: String(row?.pk), sk: String(row?.sk) } })
  }

  async copy(table: TableName, isWanted: (row: Row) => boolean, changes: Row): Promise<void> {
    const [row] = await this.#find(table, isWanted, 1)
    await this.#put(table, { ...row, ...changes })
  }

  async add(table: TableName, row: Row): Promise<void> {
    await this.#put(table, row)
  }

  /** Edits an event and recomputes the chain behind it up to the header, as someone with rights on all tables could. */
  async forgeHistory(isWanted: (row: Row) => boolean, edits: Row): Promise<void> {
    const [target] = await this.#find('Events', isWanted, 1)
    const history = (await allRows(this.#store, 'Events')).filter(({ pk }) => pk === target?.pk)
    let eventHash: string | undefined
    for (const { pk, sk, hash: _, prevHash: __, ...event } of history) {
      const forged = chainEvent(sk === target?.sk ? { ...event, ...edits } : event, eventHash)
      eventHash = forged.hash
      await this.#put('Events', { pk, sk, ...forged })
    }
    await this.change('Tickets', (row) => row.pk === target?.pk && row.sk === 'HEADER', { eventHash })
  }

  /** Removes an aggregate's last event, and sets its header back. */
  async cutHistory(isWanted: (row: Row) => boolean): Promise<void> {
    const [target] = await this.#find('Events', isWanted, 1)
    const history = (await allRows(this.#store, 'Events')).filter(({ pk }) => pk === target?.pk)
    await this.remove('Events', ({ pk, sk }) => pk === target?.pk && sk === history.at(-1)?.sk)
    const { seq: version, hash: eventHash, recordedAt: updatedAt } = history.at(-2) ?? {}
    const isHeader = (row: Row) => row.pk === target?.pk && row.sk === 'HEADER'
    await this.change('Tickets', isHeader, { version, eventHash, updatedAt })
  }

  async copyToOutbox(): Promise<void> {
    const [event] = await this.#find('Events', anyRow, 1)
    const { pk, sk, ...content } = event ?? {}
    await this.#put('Outbox', { pk, sk, event: content })
  }

  /** Attributes two events to the same request, recorded `apartMs` apart. */
  async sameRequestTwice(apartMs: number): Promise<void> {
    const [first, second] = await this.#find('Events', (row) => row.requestKeyHash !== undefined, 2)
    const recordedAt = new Date(Date.parse(String(first?.recordedAt)) + apartMs).toISOString()
    await this.#put('Events', { ...second, requestKeyHash: first?.requestKeyHash, recordedAt })
  }

  async #find(table: TableName, isWanted: RowFilter, count: number): Promise<Row[]> {
    const found = (await allRows(this.#store, table)).filter(isWanted).slice(0, count)
    if (found.length < count) throw new Error(`${table} has only ${found.length} of ${count} rows to tamper with`)
    return found
  }

  async #put(table: TableName, row: Row): Promise<void> {
    await this.#store.write({ kind: 'put', table, row: row as Row & { pk: string } })
  }
}

export const anyRow = () => true

export function isHeader(row: Row): boolean {
  return row.sk === 'HEADER' && row.tenant === 'acme'
}

export function ofType(type: string): (row: Row) => boolean {
  return (row) => row.type === type
}
