import { describe, expect, it } from 'vitest'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { type CorrectionRequest, parseRepair, planRepair, sendCorrection } from '../../proof/damage/repair-damage.ts'
import { agent } from '../fixtures/api.ts'
import { scoped, wronglyAssigned } from './damaged-tickets.ts'

describe('a repair', () => {
  it.each([
    ['before', 'before'],
    ['priority=high', { priority: 'high' }],
    ['assignee=agnes', { assignee: 'agnes' }],
    ['assignee=none', { assignee: null }],
  ])('is given as %s', (text, repair) => {
    expect(parseRepair(text, 'Because.')).toEqual(repair)
  })

  it.each(['', 'after', 'priority=highest', 'title=x', 'priority', 'assignee=a#b', 'priority=high=low', 'status=none'])(
    'that cannot be understood is refused: "%s"',
    (text) => {
      expect(() => parseRepair(text, 'Because.')).toThrow(`"${text}" is no repair: give "before", or one of status`)
    },
  )

  it('is refused without a reason', () => {
    expect(() => parseRepair('before', undefined)).toThrow('--repair needs a --reason of 1 to 500 characters')
  })

  it('corrects what stands, and tells what it leaves alone', async () => {
    const { api, ticketIds, find, repair, assignees } = await wronglyAssigned(3)
    await api.call(agent, assignTicket, { params: { ticketId: ticketIds[2] ?? '' }, body: { userId: agent.id } })
    const damages = await find()
    damages.sort((one, other) => ticketIds.indexOf(one.aggregate.id) - ticketIds.indexOf(other.aggregate.id))
    // Somebody is faster than the repair.
    await api.call(agent, assignTicket, { params: { ticketId: ticketIds[1] ?? '' }, body: { userId: agent.id } })
    expect(await repair('before', damages)).toEqual([
      'corrected',
      'refused',
      'skipped: the assignee was changed since, by event 3 (ticket.assigned)',
    ])
    expect(new Map((await assignees()) as [string, string][])).toEqual(
      new Map([
        [ticketIds[0], undefined],
        [ticketIds[1], 'agnes'],
        [ticketIds[2], 'agnes'],
      ]),
    )
  })

  it('that was stopped half way, or is run twice at once, corrects each once', async () => {
    const { api, ticketIds, find, repair, sent } = await wronglyAssigned(4)
    const damages = await find()
    await repair('before', damages.slice(0, 2))
    // A second run that has looked before the first one began sends the same requests.
    expect(await repair('before', damages)).toEqual(['corrected', 'corrected', 'corrected', 'corrected'])
    expect(new Set(sent.map(({ key }) => key)).size).toBe(4)
    for (const ticketId of ticketIds) {
      const { items } = (await api.call(agent, listEvents, { params: { ticketId } })).json
      expect(items.map(({ type }) => type)).toEqual(['ticket.opened', 'ticket.assigned', 'ticket.corrected'])
    }
    expect(await repair('before', await find())).toEqual(Array(4).fill('skipped: event 3 has corrected it'))
  })

  it('of a status goes back to the one before', async () => {
    const { api, ticketIds, repair } = await wronglyAssigned(1)
    const params = { ticketId: ticketIds[0] ?? '' }
    await api.call(agent, changeStatus, { params, body: { to: 'in_progress', reason: 'r' } })
    await api.call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'r' } })
    const wrong = () => scoped({ store: api.store, nowMs: api.runtime.now() }, ['to=resolved'])
    expect(await repair({ status: 'closed' }, await wrong())).toEqual(['refused'])
    expect(await repair('before', await wrong())).toEqual(['corrected'])
    expect((await wrong())[0]?.events[0]?.facts[0]).toMatchObject({ now: 'in_progress', cause: { seq: 5 } })
  })

  it('has nothing to go back to where the event was the first to say anything, and nothing to do where it is right', async () => {
    const { api, repair } = await wronglyAssigned(1)
    const opened = await scoped({ store: api.store, nowMs: api.runtime.now() }, ['type=ticket.opened'])
    expect(await repair('before', opened)).toEqual(['skipped: there was nothing else before it'])
    expect(await repair({ priority: 'normal' }, opened)).toEqual(['skipped: it is right already'])
    const commented = opened.map((damage) => ({
      ...damage,
      events: damage.events.map((one) => ({ ...one, facts: [] })),
    }))
    expect(await repair({ priority: 'high' }, commented)).toEqual([
      'skipped: it says nothing about what is to be corrected',
    ])
  })

  it('repeats a request whose answer was lost, under the same key, and gives up after some tries', async () => {
    const { api, find, send } = await wronglyAssigned(1)
    const [damage] = await find()
    const [damaged] = damage?.events ?? []
    if (!damage || !damaged) throw new Error('no damage')
    const planned = planRepair(damage, damaged, 'before', { reason: 'Because.', notify: true })
    if (planned.do === 'skip') throw new Error(planned.why)
    expect(planned.request.body).toMatchObject({ notify: true })
    const keys: string[] = []
    const losing = (answers: number) => async (request: CorrectionRequest) => {
      keys.push(request.key)
      const answer = await send(request)
      return keys.length > answers ? answer : { status: undefined, replayed: false, retryable: true }
    }
    expect(await sendCorrection(api.runtime, losing(99), planned.request)).toEqual({
      outcome: 'unanswered',
      why: 'nothing answered',
    })
    expect(keys).toHaveLength(8)
    keys.length = 0
    expect(await sendCorrection(api.runtime, losing(2), planned.request)).toEqual({
      outcome: 'corrected',
      replayed: true,
    })
    expect(new Set(keys).size).toBe(1)
  })
})
