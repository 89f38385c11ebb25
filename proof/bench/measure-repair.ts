import { planRepair } from '../../app/restore/plan-repair.ts'
import { type RestoredRows, restoredTables } from '../../app/restore/restored-tables.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import { runSchedule } from '../simulate/run-schedule.ts'

/** What the repair of restored tables takes, beside its reads and writes. */
export interface RepairUsage {
  rows: number
  /** The size of the rows as JSON. */
  storedMb: number
  /** That the repair is planned in. */
  seconds: number
  /** The peak memory of the process, the rows included. */
  memoryMb: number
}

/** Its rows are of every kind that customers and agents cause. */
const seed = 1

/**
 * Plans the repair of so many rows: those of a simulated schedule, again and again, each time of other tenants. The point of the restore is
 * behind all of them, so nothing is cut, and everything is compared.
 */
export async function measureRepair(rowsMin: number): Promise<RepairUsage> {
  const store = new MemoryStore()
  await runSchedule(seed, { faults: [], createStore: () => store })
  const template = Object.fromEntries(
    await Promise.all(restoredTables.map(async (table) => [table, await scanAll(store, table)] as const)),
  ) as unknown as RestoredRows
  const perCopy = restoredTables.reduce((sum, table) => sum + template[table].length, 0)
  const rows = copiesOf(template, Math.max(1, Math.ceil(rowsMin / perCopy)))
  const counts = restoredTables.map((table) => rows[table].length)
  const storedBytes = restoredTables.reduce(
    (sum, table) => sum + rows[table].reduce((bytes, row) => bytes + JSON.stringify(row).length, 0),
    0,
  )
  const restoredTo = new Date(newest(template) + 86_400_000).toISOString()
  const beganMs = performance.now()
  const plan = planRepair(rows, { restoredTo, lostFrom: restoredTo, sentIds: [] }, [], {
    archived: [],
    surplus: [],
    putBack: [],
    refusals: [],
  })
  const seconds = (performance.now() - beganMs) / 1_000
  if (plan.status === 'refused') throw new Error(plan.why[0])
  return {
    rows: counts.reduce((sum, count) => sum + count, 0),
    storedMb: storedBytes / 1e6,
    seconds,
    memoryMb: process.resourceUsage().maxRSS / 1_024,
  }
}

/** A tenant's name is in its keys, so the hash of a request's key is another one in each copy. */
function copiesOf(template: RestoredRows, copies: number): RestoredRows {
  const keys = template.RequestKeys.map(({ pk }) => String(pk))
  const tenants = [...new Set(template.Tickets.map(({ tenant }) => String(tenant)))]
  const copied = Object.fromEntries(restoredTables.map((table) => [table, [] as object[]]))
  const texts = restoredTables.map((table) => [table, template[table].map((row) => JSON.stringify(row))] as const)
  for (let copy = 0; copy < copies; copy++) {
    const renamed = (text: string) =>
      tenants.reduce(
        (before, tenant) =>
          before
            .replaceAll(`TENANT#${tenant}#`, `TENANT#${tenant}-${copy}#`)
            .replaceAll(`"tenant":"${tenant}"`, `"tenant":"${tenant}-${copy}"`),
        text,
      )
    const hashes = new Map(keys.map((key) => [sha256Hex(key), sha256Hex(renamed(key))]))
    const rehashed = (text: string) =>
      text.replace(/("requestKeyHash":")([0-9a-f]{64})/, (_, name, hash) => name + (hashes.get(hash) ?? hash))
    for (const [table, rows] of texts)
      for (const text of rows) copied[table]?.push(JSON.parse(rehashed(renamed(text))) as object)
  }
  return copied as unknown as RestoredRows
}

function newest({ Events }: RestoredRows): number {
  return Math.max(...Events.map(({ recordedAt }) => Date.parse(String(recordedAt))))
}
