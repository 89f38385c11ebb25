import { describe, expect, it } from 'vitest'
import type { CorrectableFacts } from '../../domain/correctable-facts.ts'
import type { Fact } from '../../domain/event.ts'
import { projectStats, sumStats, type TicketStats } from '../../domain/ticket-stats.ts'
import { before, history } from './given.ts'

const none = { open: 0, in_progress: 0, waiting_for_customer: 0, resolved: 0, closed: 0 }
const opened: Fact = { type: 'ticket.opened', data: { priority: 'normal', requester: 'carla', messageId: 'm' } }
const resolved: Fact = { type: 'ticket.status_changed', data: { from: 'open', to: 'resolved', messageId: 'm' } }
const commented: Fact = { type: 'ticket.comment_added', data: { messageId: 'm' } }
const project = (...facts: Fact[]) =>
  history({ type: 'ticket', id: 't1' }, facts).reduce<TicketStats | undefined>(projectStats, undefined)

describe('the projection of ticket stats', () => {
  it('counts an opened ticket as open', () => {
    expect(project(opened)).toEqual({ seq: 1, asOf: before, counts: { ...none, open: 1 } })
  })

  it('moves a ticket from one status to the other', () => {
    expect(project(opened, resolved)?.counts).toEqual({ ...none, resolved: 1 })
  })

  it('moves a ticket back whose status is corrected, and none whose priority is', () => {
    const corrected = (from: CorrectableFacts, to: CorrectableFacts): Fact => {
      return { type: 'ticket.corrected', data: { corrects: { seq: 2 }, from, to, messageId: 'm' } }
    }
    const back = corrected({ status: 'resolved' }, { status: 'open' })
    expect(project(opened, resolved, back)?.counts).toEqual({ ...none, open: 1 })
    const priority = corrected({ priority: 'low' }, { priority: 'high' })
    expect(project(opened, resolved, priority)).toMatchObject({ seq: 3, counts: { ...none, resolved: 1 } })
  })

  it('notes every other event by number and time only', () => {
    expect(project(opened, commented)).toEqual({
      seq: 2,
      asOf: '2026-03-01T11:01:00.000Z',
      counts: { ...none, open: 1 },
    })
  })

  it('keeps the latest time when events of several tickets arrive out of order', () => {
    const [first, second] = history({ type: 'ticket', id: 't1' }, [opened, commented])
    if (!first || !second) throw new Error('too few events')
    expect(projectStats(projectStats(undefined, second), first).asOf).toBe(second.recordedAt)
  })

  it('throws when a ticket leaves a status in which there is none', () => {
    expect(() => project(resolved)).toThrow('a ticket leaves status open, but no ticket is counted there')
  })

  it('leaves the stats before it as they were', () => {
    const stats = Object.freeze({ seq: 1, asOf: before, counts: Object.freeze({ ...none, open: 1 }) })
    const [, event] = history({ type: 'ticket', id: 't1' }, [opened, resolved])
    if (!event) throw new Error('no event')
    expect(projectStats(stats, event).counts).toEqual({ ...none, resolved: 1 })
  })
})

describe('the sum of stats', () => {
  it('adds up the counts and is as of the latest', () => {
    const shards = [
      { seq: 3, asOf: '2026-03-01T11:05:00.000Z', counts: { ...none, open: 2, closed: 1 } },
      { seq: 1, asOf: '2026-03-01T11:07:00.000Z', counts: { ...none, open: 1 } },
      { seq: 1, asOf: '2026-03-01T11:06:00.000Z', counts: { ...none, resolved: 4 } },
    ]
    expect(sumStats(shards)).toEqual({
      asOf: '2026-03-01T11:07:00.000Z',
      counts: { ...none, open: 3, closed: 1, resolved: 4 },
    })
  })

  it('is zero and as of never before the first event', () => {
    expect(sumStats([])).toEqual({ asOf: null, counts: none })
  })
})
