import { parentPort, workerData } from 'node:worker_threads'
import { evidenceOf, tableNames } from '../../proof/check/evidence.ts'
import { checkInParts } from '../../proof/check/in-parts/check-in-parts.ts'
import { checkInvariants, type Finding } from '../../proof/check/run-check.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { Store } from '../../tables/store.ts'
import { healthySystem } from './healthy-system.ts'
import { copiesOf } from './many-tenants.ts'

// Checks many copies of a small system in the heap that this worker may have, at once or in parts, and answers
// how many invariants are broken.

const { copies, partBytesMax } = workerData as { copies: number; partBytesMax?: number }
const surroundings = { attempts: [], mails: undefined, objects: undefined, digests: undefined }
const { store: original, nowMs } = await healthySystem()
const store = await copiesOf(original, copies)
const findings =
  partBytesMax === undefined ? await atOnce() : await checkInParts({ store, nowMs }, surroundings, partBytesMax)
parentPort?.postMessage(findings.filter(({ violations }) => violations.length > 0).length)

async function atOnce(): Promise<Finding[]> {
  const rows = await Promise.all(
    tableNames.map(async (table) => [table, await scanAll(store as Store, table)] as const),
  )
  return checkInvariants(await evidenceOf(Object.fromEntries(rows) as never, nowMs, surroundings, undefined))
}
