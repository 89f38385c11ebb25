import { describe, expect, it } from 'vitest'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { brokenInvariants } from '../../proof/damage/broken-invariants.ts'
import { formatDamage, formatSummary } from '../../proof/damage/format-damage.ts'
import { DamageCounter } from '../../proof/damage/summary.ts'
import { agent } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { withOneRowPages } from '../fixtures/one-row-pages.ts'
import { scoped, where, wronglyAssigned } from './damaged-tickets.ts'
import { healthySystem } from './healthy-system.ts'

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
    const notified = (await scoped({ store, nowMs }, ['type=ticket.comment_added']))[0]?.events[0]?.sagas
    expect(notified?.find(({ recipient }) => recipient === 'carla')).toMatchObject({ notice: 'unread', mail: 'sent' })
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
