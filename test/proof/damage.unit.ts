import { describe, expect, it } from 'vitest'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { brokenInvariants } from '../../proof/damage/broken-invariants.ts'
import { formatDamage, formatSummary } from '../../proof/damage/format-damage.ts'
import {
  type CorrectionAnswer,
  type CorrectionRequest,
  parseRepair,
  planRepair,
  type Repair,
  sendCorrection,
} from '../../proof/damage/repair-damage.ts'
import { collectDamage, type Damage, type ScopeDeps } from '../../proof/damage/scope-damage.ts'
import { DamageCounter } from '../../proof/damage/summary.ts'
import { parseWhere } from '../../proof/damage/where.ts'
import { Api, admin, agent, customer, otherAgent } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { withOneRowPages } from '../fixtures/one-row-pages.ts'
import { healthySystem } from './healthy-system.ts'

const numbers = invariants.map(({ number }) => number)
const where = (...terms: string[]) => parseWhere(terms, numbers)
const always = { sinceMs: 0, untilMs: Number.POSITIVE_INFINITY }

async function scoped(deps: ScopeDeps, terms: string[], window = always): Promise<Damage[]> {
  return collectDamage(deps, { ...window, matches: where(...terms).matches })
}

/** Tickets that a faulty release assigned to alan, whatever was asked for. */
async function wronglyAssigned(count: number) {
  const api = new Api()
  for (const { id } of [agent, otherAgent]) await api.call(admin, createUser, { body: { id, role: 'agent' } })
  const ticketIds: string[] = []
  for (let index = 0; index < count; index++) {
    const ticketId = await api.openTicket(customer)
    api.runtime.advance(60_000)
    await api.call(admin, assignTicket, { params: { ticketId }, body: { userId: otherAgent.id } })
    ticketIds.push(ticketId)
  }
  const find = () => scoped({ store: api.store, nowMs: api.runtime.now() }, ['type=ticket.assigned', 'assignee=alan'])
  const sent: CorrectionRequest[] = []
  const send = async (request: CorrectionRequest): Promise<CorrectionAnswer> => {
    sent.push(request)
    const { ticketId, key, body } = request
    const { status, json, headers } = await api.call(admin, correctTicket, { params: { ticketId }, key, body })
    const detail = json.detail as string | undefined
    return {
      status,
      replayed: headers['Idempotent-Replayed'] === 'true',
      retryable: json.retryable === true,
      ...(detail && { detail }),
    }
  }
  const repair = async (how: Repair, damages: Damage[]) => {
    const outcomes: string[] = []
    for (const damage of damages)
      for (const damaged of damage.events) {
        const planned = planRepair(damage, damaged, how, { reason: 'Release 7 mixed up names.' })
        if (planned.do === 'skip') outcomes.push(`skipped: ${planned.why}`)
        else outcomes.push((await sendCorrection(api.runtime, send, planned.request)).outcome)
      }
    return outcomes
  }
  const assignees = async () =>
    (await allRows(api.store, 'Tickets')).flatMap(({ sk, id, assignee }) => (sk === 'HEADER' ? [[id, assignee]] : []))
  return { api, ticketIds, find, repair, sent, send, assignees }
}

describe('a filter of damage', () => {
  it.each([
    ['type', 'is no term: give name=value'],
    ['=x', 'is no term'],
    ['type=constructor', 'no event has the type "constructor"'],
    ['type=ticket.asigned', 'no event has the type "ticket.asigned": give one of ticket.opened'],
    ['__proto__=x', 'is no term'],
    ['constructor=x', '"constructor" is nothing that an event has: give one of type, actor'],
    ['asignee=x', '"asignee" is nothing that an event has'],
    ['invariant=999', 'names no invariant: give invariant= and one of 1, 2'],
    ['invariant!=3', 'names no invariant'],
  ])('that cannot be understood is refused, with what to give: %s', (term, message) => {
    expect(() => where(term)).toThrow(message)
  })

  it('selects by every term at once, by inequality, and by what is absent', async () => {
    const { store, nowMs } = await healthySystem()
    const seqs = async (...terms: string[]) =>
      (await scoped({ store, nowMs }, ['tenant=acme', 'aggregate=ticket', ...terms])).flatMap(({ events }) =>
        events.map(({ event }) => event.seq),
      )
    expect(await seqs('type=ticket.status_changed', 'to=closed')).toEqual([7, 19])
    expect(await seqs('type=ticket.status_changed', 'to!=closed')).toEqual([5, 6, 8, 18, 20])
    expect(await seqs('type=ticket.assigned', 'previous=')).toEqual([3])
    expect(await seqs('type=ticket.assigned', 'previous!=')).toEqual([])
    expect(await seqs('actor=agnes', 'seq=2')).toEqual([2])
  })
})

describe('the scope of a damage', () => {
  it('tells what each event said, what its ticket has now, what was answered, and what was sent', async () => {
    const { store, nowMs } = await healthySystem()
    const [damage, ...others] = await scoped({ store, nowMs }, ['type=ticket.opened', 'requester=carla'])
    expect(others).toEqual([])
    const [opened] = damage?.events ?? []
    expect(opened?.facts.map(({ name, before, set, now, cause }) => [name, before, set, now, cause.seq])).toEqual([
      ['status', undefined, 'open', 'open', 20],
      ['priority', undefined, 'normal', 'normal', 1],
      ['assignee', undefined, null, 'agnes', 3],
    ])
    expect(opened?.answer).toMatchObject({ status: 201, operation: 'POST /tickets' })
    expect(opened?.sagas.map(({ name, recipient, state, webhook }) => [name, recipient, state, webhook])).toEqual(
      expect.arrayContaining([['webhook', 'crm', 'completed', 'delivered']]),
    )
    const told = (await scoped({ store, nowMs }, ['type=ticket.comment_added']))[0]?.events[0]?.sagas
    expect(told?.find(({ recipient }) => recipient === 'carla')).toMatchObject({ notice: 'unread', mail: 'sent' })
    const text = damage ? formatDamage(damage) : ''
    expect(text).toContain('    priority  normal, and still has it')
    expect(text).toContain('    status  open, changed since: now open by event 20 (ticket.status_changed)')
    expect(text).toMatch(/ {4}answered 201 to POST \/tickets; duplicates get that until 2/)
    expect(text).toMatch(/ {4}saga webhook for crm: completed, message delivered, definition \w+/)
  })

  it('has the events of a time, the end not included, however small the pages', async () => {
    const { api, ticketIds } = await wronglyAssigned(3)
    const times = (await allRows(api.store, 'Events'))
      .filter(({ type }) => type === 'ticket.assigned')
      .map(({ recordedAt }) => Date.parse(String(recordedAt)))
      .toSorted()
    const deps = { store: withOneRowPages(api.store), nowMs: api.runtime.now() }
    const window = { sinceMs: times[0] ?? 0, untilMs: times[2] ?? 0 }
    const found = await scoped(deps, ['type=ticket.assigned'], window)
    expect(found.map(({ aggregate }) => aggregate.id).toSorted()).toEqual(ticketIds.slice(0, 2).toSorted())
    expect(found.flatMap(({ events }) => events.map(({ answer }) => answer?.status))).toEqual([200, 200])
  })

  it('reads no request keys when they have expired, and tells that no answer is kept', async () => {
    const { api } = await wronglyAssigned(1)
    api.runtime.advance(26 * 3_600_000)
    const scanned: string[] = []
    const store = {
      ...withOneRowPages(api.store),
      scan: (request: Parameters<typeof api.store.scan>[0]) => {
        scanned.push(request.table)
        return api.store.scan(request)
      },
    }
    const [damage] = await scoped({ store, nowMs: api.runtime.now() }, ['type=ticket.assigned'])
    expect(damage?.events[0]?.answer).toBeUndefined()
    expect(new Set(scanned)).toEqual(new Set(['Events', 'Tickets']))
  })

  it('goes on past rows that are no events, and histories that cannot be folded', async () => {
    const { api, ticketIds } = await wronglyAssigned(2)
    const rows = await allRows(api.store, 'Events')
    const of = (id: string | undefined, seq: number) =>
      rows.find((row) => row.seq === seq && (row.aggregate as { id: string }).id === id) as { pk: string; sk: string }
    await api.store.write({ kind: 'put', table: 'Events', row: { ...of(ticketIds[0], 1), type: 'ticket.lost' } })
    const unreadable: string[] = []
    const deps = {
      store: api.store,
      nowMs: api.runtime.now(),
      onUnreadable: (subject: string) => unreadable.push(subject),
    }
    const found = await scoped(deps, ['type=ticket.assigned'])
    expect(unreadable).toEqual([`TENANT#acme#TICKET#${ticketIds[0]} 000000000001`])
    const broken = found.find(({ aggregate }) => aggregate.id === ticketIds[0])
    expect(broken?.events[0]?.facts).toEqual([])
    expect(broken && formatDamage(broken)).toContain('its history cannot be folded')
  })

  it('is found by an invariant, down to the event, and names what breaks it elsewhere', async () => {
    const { api, ticketIds } = await wronglyAssigned(2)
    const header = (await allRows(api.store, 'Tickets')).find(({ id, sk }) => id === ticketIds[1] && sk === 'HEADER')
    await api.store.write({
      kind: 'put',
      table: 'Tickets',
      row: { ...(header as { pk: string; sk: string }), priority: 'low' },
    })
    const row = { pk: 'TENANT#acme#STATS', sk: 'SHARD#0', tenant: 'acme', seq: 1, asOf: header?.openedAt, counts: {} }
    await api.store.write({ kind: 'put', table: 'Views', row })
    const evidence = await gatherEvidence(api.store, api.runtime.now())
    const { includes } = brokenInvariants(evidence, where('invariant=3').invariants)
    const events = [...evidence.events.values()].flat().filter(includes)
    expect(events.map(({ aggregate, seq }) => [aggregate.id, seq])).toEqual([
      [ticketIds[1], 1],
      [ticketIds[1], 2],
    ])
    const views = brokenInvariants(evidence, [23])
    expect(views.elsewhere.map(({ subject }) => subject)).toContain('Views TENANT#acme#STATS SHARD#0')
    expect([...evidence.events.values()].flat().filter(views.includes)).toEqual([])
  })

  it('is summed up: what stands, what was corrected, what was changed since, and what was sent', async () => {
    const { api, ticketIds, find, repair } = await wronglyAssigned(3)
    await api.call(agent, assignTicket, { params: { ticketId: ticketIds[1] ?? '' }, body: { userId: agent.id } })
    const damages = await find()
    await repair(
      { assignee: agent.id },
      damages.filter(({ aggregate }) => aggregate.id === ticketIds[0]),
    )
    const counter = new DamageCounter()
    for (const damage of await find()) counter.add(damage)
    expect(counter.summary).toMatchObject({
      events: 3,
      aggregates: 3,
      tenants: 1,
      standing: 1,
      corrected: 1,
      changedSince: 1,
      answersKept: 3,
      byActor: { ada: 3 },
      byType: { 'ticket.assigned': 3 },
    })
    expect(formatSummary(counter.summary)).toContain('1 stand, 1 are corrected, 1 were changed since')
    expect(formatSummary(new DamageCounter().summary)).toBe('no event matches')
  })
})

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
