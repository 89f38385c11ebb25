import { beforeEach, describe, expect, it } from 'vitest'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { checkpointRow } from '../../tables/checkpoints.ts'
import { readEvents } from '../../tables/events.ts'
import type { Page, Store } from '../../tables/store.ts'
import { putTicket, ticketRow } from '../../tables/tickets.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

import { deactivated, deliver, observer, reset, runtime, store, tenant, ticket } from './unassign-harness.ts'

beforeEach(reset)

describe('the deactivation of an agent with many tickets', () => {
  const pad = (index: number) => String(index).padStart(4, '0')

  /** Stores tickets of an agent as the write path does, without their events. `isEarlier`: before open tickets had a key of their own. */
  async function tickets(count: number, facts: Partial<Ticket> & { isEarlier?: boolean } = {}): Promise<string[]> {
    const { isEarlier = false, status = 'open', ...others } = facts
    const openedAt = new Date(runtime.now()).toISOString()
    const ids = Array.from({ length: count }, (_, index) => `${status}-${isEarlier ? 'earlier-' : ''}${pad(index)}`)
    for (const id of ids) {
      const header = {
        id,
        title: 'T',
        status,
        priority: 'normal',
        requester: 'cora',
        version: 1,
        openedAt,
        updatedAt: openedAt,
      } as const
      const put = putTicket(tenant, { ...header, assignee: 'agnes', ...others })
      if (put.kind !== 'put') throw new Error('a header is put')
      const { openAssigneePk: _, ...earlier } = put.row
      await store.write(isEarlier ? { ...put, row: { ...earlier, ...ticketRow(tenant, id).key } } : put)
    }
    return ids
  }

  const assignedOf = async (ids: string[]) =>
    (await Promise.all(ids.map(async (id) => (await ticket(id)).assignee))).filter(Boolean).length

  /** Each call takes this long, so that one delivery reaches only some tickets. */
  function slow(callMs: number): Store {
    return interceptStore(store, (_, proceed) => {
      runtime.advance(callMs)
      return proceed()
    })
  }

  const checkpoint = () => store.get(checkpointRow('unassign-tickets', tenant, { type: 'user', id: 'agnes' }))

  it('reads none of their closed tickets to find the open ones', async () => {
    await tickets(500, { status: 'closed' })
    const open = await tickets(3)
    const rowsRead: number[] = []
    const counting = interceptStore(store, async ({ method, args }, proceed) => {
      const answer = await proceed()
      if (method === 'query' && args[0].index === 'openByAssigneeKeys') rowsRead.push((answer as Page).rows.length)
      return answer
    })
    expect(await deliver([await deactivated('agnes')], counting)).toBe(0)
    expect(rowsRead).toEqual([3])
    expect(await assignedOf(open)).toBe(0)
  })

  it('finds tickets that were last written before open tickets had a key of their own, among closed ones', async () => {
    await tickets(150, { status: 'closed', isEarlier: true })
    const earlier = await tickets(30, { isEarlier: true })
    const waiting = await tickets(5, { isEarlier: true, status: 'waiting_for_customer' })
    expect(await deliver([await deactivated('agnes')])).toBe(0)
    expect(await assignedOf([...earlier, ...waiting])).toBe(0)
    expect((await ticket('closed-earlier-0000')).assignee).toBe('agnes')
  })

  it('goes on from a stored position when the time of a delivery is up, and advances the checkpoint with the last portion', async () => {
    const ids = await tickets(60)
    const event = await deactivated('agnes')
    const left: number[] = []
    expect(await deliver([event], slow(100))).toBe(1)
    left.push(await assignedOf(ids))
    expect(await checkpoint()).toMatchObject({ appliedSeq: 1, position: expect.any(String) })
    expect(await deliver([event], slow(100), 2)).toBe(1)
    left.push(await assignedOf(ids))
    expect(left[0]).toBeLessThan(60)
    expect(left[1]).toBeLessThan(left[0] ?? 0)
    expect(await deliver([event])).toBe(0)
    expect(await assignedOf(ids)).toBe(0)
    expect(await checkpoint()).not.toHaveProperty('position')
    expect(await checkpoint()).toMatchObject({ appliedSeq: 2 })
  })

  it('becomes no dead letter while it makes progress: from the third receive on the reconciler continues it', async () => {
    const ids = await tickets(200)
    const event = await deactivated('agnes')
    for (const receiveCount of [1, 2]) expect(await deliver([event], slow(100), receiveCount)).toBe(1)
    expect(await deliver([event], slow(100), 3)).toBe(0)
    expect(await checkpoint()).toMatchObject({ appliedSeq: 1, blockedAt: 2, position: expect.any(String) })
    const before = await assignedOf(ids)
    expect(before).toBeGreaterThan(0)
    await reconcile()
    expect(await assignedOf(ids)).toBe(0)
    expect(await checkpoint()).not.toHaveProperty('blockedAt')
  })

  it('is marked as blocked when not even one portion fits into the time, so that the reconciler heals it', async () => {
    const ids = await tickets(20)
    await deliver(await readEvents(store, tenant, { type: 'user', id: 'agnes' }))
    const event = await deactivated('agnes')
    for (const receiveCount of [1, 2, 3, 4, 5]) expect(await deliver([event], slow(9_000), receiveCount)).toBe(1)
    expect(await checkpoint()).toMatchObject({ appliedSeq: 1, blockedAt: 2 })
    await reconcile()
    expect(await assignedOf(ids)).toBe(0)
  })

  it('is applied once by two copies that take turns', async () => {
    const ids = await tickets(60)
    const event = await deactivated('agnes')
    await Promise.all([deliver([event]), deliver([event])])
    expect(await deliver([event])).toBe(0)
    expect(await Promise.all(ids.map(async (id) => (await ticket(id)).version))).toEqual(ids.map(() => 2))
    expect(await checkpoint()).toMatchObject({ appliedSeq: 2 })
  })

  async function reconcile(): Promise<void> {
    const deps = { store, runtime, observer }
    await reconcileConsumers(deps, [unassignTickets(store, runtime)], runtime.now() + 100_000)
  }
})
