import { describe, expect, it } from 'vitest'
import { isDelivered, resumeDelivery } from '../../app/restore/repair.ts'
import { formatRepaired, parseRepaired } from '../../app/restore/repaired-file.ts'
import { confirmEvent, parseUnconfirmed } from '../../tables/unconfirmed.ts'
import { allRows } from '../fixtures/dump.ts'
import { restored } from './torn-tables-tests.ts'

describe('a repair that is resumed later, by another process', () => {
  it('is resumed by what the file says, and has ended when every event that it notes is confirmed', async () => {
    const { system, store, point } = await restored(4)
    const repaired = await system.repair(store, point)
    const read = parseRepaired(formatRepaired(repaired))
    expect(read).toEqual(repaired)
    const run = await resumeDelivery({ store, runtime: system.runtime }, read)
    const noted = await allRows(store, 'Unconfirmed')
    expect(noted).toHaveLength(repaired.undelivered.length)
    expect(await isDelivered(store, read)).toBe(false)
    for (const row of noted) await store.write(confirmEvent(parseUnconfirmed(row)))
    expect(await isDelivered(store, read)).toBe(true)
    await run.end()
    expect((await allRows(store, 'Runs')).map(({ step }) => step)).toEqual(['begun', 'restored', 'ended'])
  })

  it('is refused with a file that is none', () => {
    expect(() => parseRepaired('{}')).toThrow()
  })
})
