import { beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../domain/actor.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { commit } from '../../tables/commit.ts'
import { readEvents } from '../../tables/events.ts'
import { requestKeyHash } from '../../tables/request-keys.ts'
import type { Query } from '../../tables/store.ts'
import { type Call, type Fault, FaultyStore } from './faults.ts'

import {
  assigned,
  countRequestKeys,
  deactivated,
  deliver,
  moved,
  opened,
  reset,
  runtime,
  store,
  tenant,
  ticket,
} from './unassign-harness.ts'

beforeEach(reset)

describe('a deactivated user', () => {
  it('is unassigned from all of their tickets, and nobody else is', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `t${index}`)
    for (const id of ids) {
      await opened(id)
      await assigned(id, id === 't3' ? 'arno' : 'agnes')
    }
    const deactivation = await deactivated('agnes')
    expect(await deliver([deactivation])).toBe(0)
    const assignees = await Promise.all(ids.map(async (id) => (await ticket(id)).assignee))
    expect(assignees.filter(Boolean)).toEqual(['arno'])
    const history = await readEvents(store, tenant, { type: 'ticket', id: 't1' })
    expect(history.at(-1)).toMatchObject({
      type: 'ticket.unassigned',
      actor: systemActor.id,
      data: { previous: 'agnes', why: 'user_deactivated' },
      correlationId: 'c1',
      seq: 3,
      requestKeyHash: requestKeyHash({ tenant, operation: 'system unassign-tickets', key: `${deactivation.id}.t1` }),
    })
  })

  it('stays assigned to a closed ticket until it is reopened', async () => {
    await opened('t1')
    await assigned('t1', 'agnes')
    await moved('t1', 'resolved')
    await moved('t1', 'closed')
    const deactivation = await deactivated('agnes')
    const keysBefore = await countRequestKeys()
    await deliver([deactivation])
    expect(await ticket('t1')).toMatchObject({ assignee: 'agnes', version: 4 })
    expect(await countRequestKeys()).toBe(keysBefore)
    await deliver([await moved('t1', 'open')])
    expect((await ticket('t1')).assignee).toBeUndefined()
  })

  it.each([
    ['names the user', { from: { assignee: 'arno' }, to: { assignee: 'agnes' } }],
    ['takes back a closing', { from: { status: 'closed' }, to: { status: 'resolved' } }],
  ] as const)('is unassigned when a correction that was decided before %s', async (_, facts) => {
    await opened('t1')
    await assigned('t1', 'agnes')
    const deactivation = await deactivated('agnes')
    const data = { corrects: { seq: 2 }, ...facts, messageId: 'm' }
    await deliver([
      { ...deactivation, aggregate: { type: 'ticket', id: 't1' }, seq: 1, type: 'ticket.corrected', data },
    ])
    expect((await ticket('t1')).assignee).toBeUndefined()
  })

  it('is unassigned from a ticket whose assignment was decided before the deactivation and committed after it', async () => {
    await opened('t1')
    const before = await ticket('t1')
    const deactivation = await deactivated('agnes')
    await deliver([deactivation])
    const late = { ...before, assignee: 'agnes', version: 2 }
    const event: DomainEvent = {
      ...deactivation,
      id: 'late',
      aggregate: { type: 'ticket', id: 't1' },
      type: 'ticket.assigned',
      data: { assignee: 'agnes' },
    }
    const kept = await commit(store, runtime, {
      tenant,
      changes: [{ operation: 'put', entity: 'ticket', ticket: late }],
      event,
    })
    expect(kept.status).toBe('committed')
    await deliver([event])
    expect(await ticket('t1')).toMatchObject({ version: 3 })
    expect((await ticket('t1')).assignee).toBeUndefined()
  })

  it('is unassigned from a ticket that the index lacked, when the event of the assignment arrives', async () => {
    await opened('t1')
    const assignment = await assigned('t1', 'agnes')
    const deactivation = await deactivated('agnes')
    const lagging = new (class extends FaultyStore {
      override async query(query: Query) {
        return query.index ? { rows: [] } : super.query(query)
      }
    })(store, () => 'none')
    await deliver([deactivation], lagging)
    expect((await ticket('t1')).assignee).toBe('agnes')
    await deliver([assignment], lagging)
    expect((await ticket('t1')).assignee).toBeUndefined()
  })
})

describe('an active user', () => {
  it('stays assigned, whatever events arrive', async () => {
    await opened('t1')
    const events = [await assigned('t1', 'agnes'), await moved('t1', 'resolved'), await moved('t1', 'closed')]
    events.push(await moved('t1', 'open'))
    const keysBefore = await countRequestKeys()
    await deliver(events)
    expect(await ticket('t1')).toMatchObject({ assignee: 'agnes', version: 5 })
    expect(await countRequestKeys()).toBe(keysBefore)
  })

  it('stays assigned to a ticket taken over from a deactivated user', async () => {
    await opened('t1')
    const assignment = await assigned('t1', 'agnes')
    const deactivation = await deactivated('agnes')
    await assigned('t1', 'arno')
    await deliver([assignment, deactivation])
    expect(await ticket('t1')).toMatchObject({ assignee: 'arno', version: 3 })
  })
})

describe('the event of a deactivation', () => {
  async function prepared(): Promise<DomainEvent> {
    for (const id of ['t1', 't2', 't3']) {
      await opened(id)
      await assigned(id, 'agnes')
    }
    return deactivated('agnes')
  }

  async function versions(): Promise<number[]> {
    return Promise.all(['t1', 't2', 't3'].map(async (id) => (await ticket(id)).version))
  }

  it('unassigns each ticket once when it is delivered twice, or to two copies at once', async () => {
    const event = await prepared()
    await Promise.all([deliver([event]), deliver([event])])
    await deliver([event])
    expect(await versions()).toEqual([3, 3, 3])
  })

  it.each(['crash-before', 'crash-after', 'lost-before', 'lost-after', 'conflict'] as const)(
    'unassigns each ticket once when any database call meets “%s”',
    async (fault) => {
      let faultsMet = 0
      for (let at = 1; at <= 40; at++) {
        await reset()
        const event = await prepared()
        let calls = 0
        const faultOf = (_: Call): Fault => (++calls === at ? fault : 'none')
        const failed = await deliver([event], new FaultyStore(store, faultOf))
        if (calls >= at) faultsMet++
        if (failed > 0) expect(await deliver([event])).toBe(0)
        expect(await versions()).toEqual([3, 3, 3])
      }
      expect(faultsMet).toBeGreaterThan(8)
    },
  )
})
