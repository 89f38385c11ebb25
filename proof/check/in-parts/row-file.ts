import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { deserialize, serialize } from 'node:v8'
import { held } from '../../../sagas/step-errors.ts'
import { tenantOfKey } from '../../../tables/keys.ts'
import type { Row, Store, TableName } from '../../../tables/store.ts'
import { tableNames } from '../evidence.ts'
import { foreignTenants, linksOf, requestLink } from './links.ts'

/** The name, in place of a tenant, of rows that belong to none, such as the ledger of runs. */
const ofNobody = ''

/** The kinds of row that belong to no tenant. */
const knownToBeOfNobody = /^(SWEEP#|RUNS#|CATALOG$|MIGRATIONS$|HOLDS$)/

/**
 * All rows of a store, read once and kept in a temporary file, so that a part of the tenants can be had at a time. Memory holds one page of
 * each table. `close` removes the file.
 */
export class RowFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'steadfast-check-'))
  readonly #database = new DatabaseSync(join(this.#folder, 'rows.db'))
  /** A row of no tenant that is of no known kind might concern anybody. */
  #hasStrayRows = false

  private constructor() {
    this.#database.exec(`
      PRAGMA journal_mode = OFF;
      PRAGMA synchronous = OFF;
      CREATE TABLE rows (tenant TEXT NOT NULL, tableName TEXT NOT NULL, row BLOB NOT NULL);
      CREATE TABLE links (link TEXT NOT NULL, tenant TEXT NOT NULL);
      CREATE TABLE waits (tenant TEXT NOT NULL, heldAtMs REAL NOT NULL);
    `)
  }

  static async read(store: Pick<Store, 'scan'>): Promise<RowFile> {
    const file = new RowFile()
    try {
      await Promise.all(tableNames.map((table) => file.#readTable(store, table)))
      file.#database.exec('CREATE INDEX byTenant ON rows (tenant); CREATE INDEX byLink ON links (link, tenant);')
      return file
    } catch (error) {
      file.close()
      throw error
    }
  }

  async #readTable(store: Pick<Store, 'scan'>, table: TableName): Promise<void> {
    let after: Row | undefined
    do {
      const page = await store.scan({ table, after })
      this.#keep(table, page.rows)
      after = page.next
    } while (after)
  }

  #keep(table: TableName, rows: readonly Row[]): void {
    const putRow = this.#database.prepare('INSERT INTO rows VALUES (?, ?, ?)')
    const putLink = this.#database.prepare('INSERT INTO links VALUES (?, ?)')
    const putWait = this.#database.prepare('INSERT INTO waits VALUES (?, ?)')
    this.#database.exec('BEGIN')
    for (const row of rows) {
      const tenant = tenantOfKey(String(row.pk)) ?? ofNobody
      putRow.run(tenant, table, serialize(row))
      if (tenant === ofNobody) this.#hasStrayRows ||= !knownToBeOfNobody.test(String(row.pk))
      else {
        for (const link of linksOf(table, row)) putLink.run(link, tenant)
        const heldAtMs = table === 'Sagas' ? lastHeldAtMs(row) : undefined
        if (heldAtMs !== undefined) putWait.run(tenant, heldAtMs)
        for (const other of foreignTenants(row))
          for (const each of [tenant, other]) putLink.run(`tenants ${tenant} ${other}`, each)
      }
    }
    this.#database.exec('COMMIT')
  }

  /** Every tenant, with the bytes of its rows. */
  tenants(): { tenant: string; bytes: number }[] {
    const query =
      'SELECT tenant, sum(length(row)) AS bytes FROM rows WHERE tenant <> ? GROUP BY tenant ORDER BY min(rowid)'
    return this.#database.prepare(query).all(ofNobody) as { tenant: string; bytes: number }[]
  }

  /** Tenants that must be looked at together, but for those whose clients chose the same key of a request. */
  related(): string[][] {
    if (this.#hasStrayRows) return [this.tenants().map(({ tenant }) => tenant)]
    const query =
      "SELECT DISTINCT json_group_array(DISTINCT tenant) AS tenants FROM links WHERE link NOT LIKE 'key %' GROUP BY link HAVING min(tenant) <> max(tenant)"
    return (this.#database.prepare(query).all() as { tenants: string }[]).map(({ tenants }) => JSON.parse(tenants))
  }

  /** The tenants with an answer to a request that had this key. */
  tenantsWithKey(key: string): string[] {
    return this.#tenantsOf(requestLink(key))
  }

  /** Whether only tenants that are not among these have the link. False when nobody has it. */
  isElsewhere(link: string, tenants: ReadonlySet<string>): boolean {
    const found = this.#tenantsOf(link)
    return found.length > 0 && !found.some((tenant) => tenants.has(tenant))
  }

  /** How many sagas of tenants that are not among these have met a hold since then. */
  waitedElsewhere(sinceMs: number, tenants: ReadonlySet<string>): number {
    const query =
      'SELECT count(*) AS count FROM waits WHERE heldAtMs >= ? AND tenant NOT IN (SELECT value FROM json_each(?))'
    return Number(this.#database.prepare(query).get(sinceMs, JSON.stringify([...tenants]))?.count)
  }

  #tenantsOf(link: string): string[] {
    const rows = this.#database.prepare('SELECT DISTINCT tenant FROM links WHERE link = ?').all(link)
    return rows.map(({ tenant }) => String(tenant))
  }

  /** The rows of these tenants and those that belong to none, in the order in which they were read. */
  rowsOf(tenants: readonly string[]): Record<TableName, Row[]> {
    const rows = Object.fromEntries(tableNames.map((table) => [table, [] as Row[]])) as Record<TableName, Row[]>
    const query = 'SELECT tableName, row FROM rows WHERE tenant IN (SELECT value FROM json_each(?)) ORDER BY rowid'
    for (const { tableName, row } of this.#database.prepare(query).iterate(JSON.stringify([ofNobody, ...tenants])))
      rows[tableName as TableName].push(deserialize(row as Uint8Array) as Row)
    return rows
  }

  close(): void {
    this.#database.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** When an attempt of the saga met a hold for the last time. A row that can't be read has met none: it is reported for that. */
function lastHeldAtMs(row: Row): number | undefined {
  const attempts = Object.entries(row).filter(([name]) => name.startsWith('t_'))
  const times = attempts.flatMap(([, attempt]) => {
    const { endedAt, error } = (attempt ?? {}) as { endedAt?: unknown; error?: { name?: unknown } }
    return error?.name === held ? [Date.parse(String(endedAt))] : []
  })
  return times.length > 0 ? Math.max(...times) : undefined
}
