import { describe, expect, it } from 'vitest'
import { tenantOfTicket } from '../../proof/replay/find-ticket.ts'
import { formatChanges, formatHistory, formatTicket } from '../../proof/replay/format-replay.ts'
import { changedFacts, seqOfPoint, ticketAt } from '../../proof/replay/replay-ticket.ts'
import { allRows } from '../fixtures/dump.ts'
import { twinTenants } from '../fixtures/twin-tenants.ts'
import { event } from '../relay/fixtures.ts'

const at = (minute: number) => ({ recordedAt: `2026-03-01T11:0${minute}:00.000Z` })
const assigned = (assignee: string) => ({ type: 'ticket.assigned', data: { assignee } }) as const
const history = [
  event('t1', 1, undefined, at(0)),
  event('t1', 2, assigned('agnes'), at(2)),
  event('t1', 3, { type: 'ticket.status_changed', data: { from: 'open', to: 'resolved', messageId: 'm' } }, at(4)),
]

describe('a point in a history', () => {
  it.each([
    ['0', 0],
    ['2', 2],
    ['2026-03-01T10:59:59.999Z', 0],
    ['2026-03-01T11:00:00Z', 1],
    ['2026-03-01T12:02:00+01:00', 2],
    ['2026-03-01T11:03:59.999Z', 2],
    ['2027-01-01', 3],
  ])('%s stands for event %i: the last one that was recorded by then', (point, seq) => {
    expect(seqOfPoint(history, point)).toBe(seq)
  })

  it.each(['4', 'yesterday', '2026-03-01T11:00:00', '-1', '', '1.5'])(
    '%s is refused, as no event or moment',
    (point) => {
      expect(() => seqOfPoint(history, point)).toThrow(/event 4 does not exist: the last one is 3|is no point: give/)
    },
  )
})

describe('a replayed ticket', () => {
  it('has the facts of that moment', () => {
    expect(ticketAt(history, 1).facts).toMatchObject({ status: 'open', version: 1 })
    expect(ticketAt(history, 2)).toMatchObject({ seq: 2, facts: { assignee: 'agnes', status: 'open' } })
    expect(ticketAt(history, 0)).toEqual({ seq: 0, recordedAt: undefined, facts: undefined })
  })

  it('differs from an earlier moment by the facts that events changed in between', () => {
    const changes = changedFacts(ticketAt(history, 1), ticketAt(history, 3))
    expect(changes.map(({ name, before, after }) => [name, before, after])).toEqual([
      ['status', 'open', 'resolved'],
      ['version', 1, 3],
      ['updatedAt', at(0).recordedAt, at(4).recordedAt],
      ['assignee', undefined, 'agnes'],
    ])
    expect(formatChanges(changes)).toContain('  status     open → resolved')
    expect(formatChanges([])).toBe('  nothing differs')
  })

  it('is told with who changed what, when, and by which request', () => {
    expect(formatTicket('t1', ticketAt(history, 2))).toMatch(/^ticket t1 after event 2, recorded at 2026-03-01T11:02/)
    expect(formatHistory(history).split('\n')[1]).toMatch(
      /^ {2}2 {2}2026-03-01T11:02:00\.000Z {2}ticket\.assigned +by agnes {2}assignee=agnes +request correlation-2$/,
    )
    expect(formatTicket('t1', ticketAt(history, 0))).toBe('ticket t1 did not exist yet')
  })

  it('is found without its tenant, and an unknown one is not', async () => {
    const { store, twins } = await twinTenants()
    const [{ api }] = twins
    const tenants = new Set((await allRows(store, 'Tickets')).map(({ tenant }) => tenant))
    const header = (await allRows(api.store, 'Tickets')).find(({ sk }) => sk === 'HEADER')
    expect(tenants).toContain(await tenantOfTicket(store, String(header?.id)))
    expect(await tenantOfTicket(store, 'nobody')).toBeUndefined()
  })
})
