import { describe, expect, it } from 'vitest'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { checkInvariants } from '../../proof/check/run-check.ts'
import { agent, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { HalfAppliedSystem } from '../fixtures/half-applied-system.ts'
import { projectAll } from './projecting.ts'

/**
 * The transaction of the event before shows in the checkpoint, and not yet in other rows: its answer was lost, or another copy has sent
 * it.
 */
describe('an event that is projected while the one before is half applied', () => {
  it.each(['PROJECTIONS', 'ITEM', 'TRACKED', 'SHARD'] as const)('waits for it: %s comes late', async (late) => {
    const system = new HalfAppliedSystem()
    const { api } = system
    const ticketId = await api.openTicket(customer)
    const move = async (to: string) => {
      const moved = await api.call(agent, changeStatus, { params: { ticketId }, body: { to, reason: 'So it is.' } })
      expect(moved.status).toBe(200)
    }
    await move('in_progress')
    await projectAll(api)
    await move('waiting_for_customer')
    await system.whileLate([late], (halfApplied) => projectAll(halfApplied))
    await move('in_progress')
    expect(await projectAll(system.readsFirst())).toEqual([])
    await system.untilApplied()
    const evidence = await gatherEvidence(api.store, api.runtime.now(), [], [], [])
    const broken = checkInvariants(evidence).filter(({ violations }) => violations.length > 0)
    expect(broken.filter(({ invariant: { number } }) => number === 7 || number === 23)).toEqual([])
    const [catalog] = (await allRows(api.store, 'Views')).filter(({ pk }) => pk === 'CATALOG')
    expect(JSON.stringify(catalog)).not.toContain('incomplete')
  })
})
