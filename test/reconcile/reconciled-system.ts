import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import type { ReconcileDeps } from '../../app/reconcile/drift.ts'
import { type Reconciled, type ReconcileOptions, reconcile, reconcileTask } from '../../app/reconcile/reconcile.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { parseRun, type RunEntry, runsQuery } from '../../tables/runs.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { allRows } from '../fixtures/dump.ts'
import { CountingObserver } from '../relay/fixtures.ts'
import { copiedSystem } from './copied-system.ts'

const usedIdsMax = 10_000

export const machineArns = { notification: 'n', webhook: 'w', attachment: 'a', removal: 'r' }

/** An idle system after work of every kind, an hour later, and its reconciliation. */
export class ReconciledSystem {
  readonly store: Store
  readonly runtime: ManualRuntime
  readonly observer = new CountingObserver()
  readonly machines = new MemoryStateMachines()
  readonly sizes: Map<string, number>

  private constructor(store: Store, nowMs: number, sizes: Map<string, number>) {
    this.store = store
    this.runtime = new ManualRuntime({ nowMs: nowMs + 3_600_000 })
    // The runtime that made the system has given the first ids away.
    for (let used = 0; used < usedIdsMax; used++) this.runtime.newId()
    this.sizes = sizes
  }

  static async create(): Promise<ReconciledSystem> {
    const { store, nowMs, objects } = await copiedSystem()
    return new ReconciledSystem(store, nowMs, new Map(objects.map(({ key, sizeBytes }) => [key, sizeBytes])))
  }

  deps(store: Store = this.store): ReconcileDeps {
    const { runtime, observer, machines, sizes } = this
    return {
      store,
      runtime,
      observer,
      objects: {
        async head(key) {
          const sizeBytes = sizes.get(key)
          return sizeBytes === undefined ? undefined : { etag: 'e', sizeBytes }
        },
      },
      consumers: orderedConsumers(store, runtime),
      sagas: { machines, machineArns },
      inFlightMsMax: 60_000,
    }
  }

  reconcile(options: Partial<ReconcileOptions> = {}, store: Store = this.store): Promise<Reconciled> {
    const deadlineMs = this.runtime.now() + 600_000
    return reconcile(this.deps(store), { mode: 'heal', by: 'schedule', graceMs: 3_000, deadlineMs, ...options })
  }

  /** The first row of a table that has these attributes. */
  async row(table: TableName, attributes: Row): Promise<Row & { pk: string; sk: string }> {
    const rows = await allRows(this.store, table)
    const found = rows.find((row) => Object.entries(attributes).every(([name, value]) => row[name] === value))
    if (!found) throw new Error(`${table} has no row with ${JSON.stringify(attributes)}`)
    return found as Row & { pk: string; sk: string }
  }

  /** Overwrites attributes of a row past the API. */
  async tamper(
    table: TableName,
    { pk, sk }: { pk: string; sk: string },
    set: Row,
    remove: string[] = [],
  ): Promise<void> {
    await this.store.write({ kind: 'update', table, key: { pk, sk }, set, remove })
  }

  /** The ledger, oldest first. */
  async ledger(task = reconcileTask): Promise<RunEntry[]> {
    const { rows } = await this.store.query(runsQuery(task))
    return rows.map(parseRun).toReversed()
  }
}
