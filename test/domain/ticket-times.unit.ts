import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CorrectableFacts } from '../../domain/correctable-facts.ts'
import type { DomainEvent, Fact } from '../../domain/event.ts'
import { timesOf } from '../../domain/ticket-times.ts'
import { history } from './given.ts'

const opened: Fact = { type: 'ticket.opened', data: { priority: 'high', requester: 'carla', messageId: 'm1' } }
const comment: Fact = { type: 'ticket.comment_added', data: { messageId: 'm2' } }
const resolved: Fact = { type: 'ticket.status_changed', data: { from: 'open', to: 'resolved', messageId: 'm3' } }
const reopened: Fact = { type: 'ticket.status_changed', data: { from: 'resolved', to: 'open', messageId: 'm4' } }

type Told = [fact: Fact, at: string, by: string]

/** Events that happened at these times of one day, recorded in this order. */
function told(...events: Told[]): DomainEvent[] {
  const recorded = history(
    { type: 'ticket', id: 't1' },
    events.map(([fact]) => fact),
  )
  return recorded.map((event, index) => {
    const [, at, actor] = events[index] as Told
    return { ...event, actor, occurredAt: `2026-03-01T${at}:00.000Z` }
  })
}

describe('the times of a ticket', () => {
  it('begin with its opening, and nothing is answered or resolved', () => {
    expect(timesOf(told([opened, '09:00', 'carla']))).toEqual({
      requester: 'carla',
      priority: 'high',
      openedAt: '2026-03-01T09:00:00.000Z',
    })
  })

  it('have as first answer the first comment by anybody but the requester', () => {
    const times = timesOf(
      told(
        [opened, '09:00', 'carla'],
        [comment, '09:10', 'carla'],
        [comment, '09:20', 'agnes'],
        [comment, '09:30', 'alan'],
      ),
    )
    expect(times?.firstAnsweredAt).toBe('2026-03-01T09:20:00.000Z')
  })

  it('have an earlier first answer when a comment comes late that was written before it', () => {
    const times = timesOf(told([opened, '09:00', 'carla'], [comment, '09:20', 'agnes'], [comment, '09:05', 'alan']))
    expect(times?.firstAnsweredAt).toBe('2026-03-01T09:05:00.000Z')
  })

  it('count an answer from before the opening at the opening, never earlier', () => {
    const times = timesOf(told([opened, '09:00', 'carla'], [comment, '08:00', 'agnes']))
    expect(times?.firstAnsweredAt).toBe(times?.openedAt)
  })

  it('have as resolution the first one, also when the ticket was reopened and resolved again', () => {
    const times = timesOf(
      told(
        [opened, '09:00', 'carla'],
        [resolved, '10:00', 'agnes'],
        [reopened, '11:00', 'carla'],
        [resolved, '12:00', 'agnes'],
      ),
    )
    expect(times?.resolvedAt).toBe('2026-03-01T10:00:00.000Z')
  })

  it('follow corrections: of the priority, and of a resolution that was wrongly recorded', () => {
    const corrected = (seq: number, from: CorrectableFacts, to: CorrectableFacts): Fact => {
      return { type: 'ticket.corrected', data: { corrects: { seq }, from, to, messageId: 'm5' } }
    }
    const back = corrected(2, { status: 'resolved' }, { status: 'open' })
    const wronglyResolved: Told[] = [
      [opened, '09:00', 'carla'],
      [resolved, '10:00', 'agnes'],
      [back, '11:00', 'ada'],
    ]
    const begun = { requester: 'carla', priority: 'high', openedAt: '2026-03-01T09:00:00.000Z' }
    expect(timesOf(told(...wronglyResolved))).toEqual(begun)
    const again = timesOf(told(...wronglyResolved, [resolved, '12:00', 'agnes']))
    expect([again?.resolvedAt, again?.resolvedSeq]).toEqual(['2026-03-01T12:00:00.000Z', 4])
    const restored = corrected(3, { status: 'open' }, { status: 'resolved' })
    const afterAll = timesOf(told(...wronglyResolved, [restored, '12:30', 'ada']))
    expect(afterAll?.resolvedAt).toBe('2026-03-01T12:30:00.000Z')
    const priority = corrected(1, { priority: 'high' }, { priority: 'low' })
    expect(timesOf(told([opened, '09:00', 'carla'], [priority, '11:00', 'ada']))).toEqual({ ...begun, priority: 'low' })
  })

  it('keep the first resolution when a later one, or a reopening, is what was wrongly recorded', () => {
    const back: Fact = {
      type: 'ticket.corrected',
      data: { corrects: { seq: 3 }, from: { status: 'open' }, to: { status: 'resolved' }, messageId: 'm5' },
    }
    const times = timesOf(
      told(
        [opened, '09:00', 'carla'],
        [resolved, '10:00', 'agnes'],
        [reopened, '11:00', 'carla'],
        [back, '12:00', 'ada'],
      ),
    )
    expect([times?.resolvedAt, times?.resolvedSeq]).toEqual(['2026-03-01T10:00:00.000Z', 2])
  })

  it('are the same in whatever order comments are recorded', () => {
    const minutes = fc.uniqueArray(fc.integer({ min: 10, max: 59 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(
        minutes.chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length }))),
        ([inOrder, recorded]) => {
          const answers = (times: number[]) =>
            told([opened, '09:00', 'carla'], ...times.map((minute): Told => [comment, `09:${minute}`, 'agnes']))
          expect(timesOf(answers(recorded))).toEqual(timesOf(answers(inOrder)))
        },
      ),
      { seed: 37 },
    )
  })

  it('are none of a ticket without events, and cannot begin with another event', () => {
    expect(timesOf([])).toBeUndefined()
    expect(() => timesOf(told([comment, '09:00', 'agnes']))).toThrow('before the ticket was opened')
  })
})
