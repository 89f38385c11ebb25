import type { RepairUsage } from '../../proof/bench/measure-repair.ts'
import { alignedTable } from './aligned-table.ts'

/** What a repair takes, as a table. Its reads and writes take as long as the tables let it, and are not in it. */
export function formatRepair({ rows, storedMb, seconds, memoryMb }: RepairUsage): string {
  return alignedTable(
    ['rows', 'stored, MB', 'seconds', 'memory of the process, MB'],
    [[rows.toLocaleString('en'), storedMb.toFixed(0), seconds.toFixed(1), memoryMb.toFixed(0)]],
    0,
  )
}
