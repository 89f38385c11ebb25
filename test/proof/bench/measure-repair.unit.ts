import { expect, it } from 'vitest'
import { formatRepair } from '../../../commands/bench/format-repair.ts'
import { measureRepair } from '../../../proof/bench/measure-repair.ts'

it('a repair is measured on as many rows as asked for, of tenants of their own', async () => {
  const usage = await measureRepair(1_000)
  expect(usage.rows).toBeGreaterThanOrEqual(1_000)
  expect(usage.rows).toBeLessThan(3_000)
  expect(usage.storedMb).toBeGreaterThan(0.1)
  expect(formatRepair(usage).split('\n')).toHaveLength(3)
})
