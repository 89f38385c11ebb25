import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { priorityScale } from '../../app/migrate/priority-scale.ts'
import { chainBreaks } from '../../domain/event-chain.ts'
import { formsAt, stages } from '../../domain/migration.ts'
import { priorityHistory } from '../../domain/priority-history.ts'
import { gradeOf, Priority } from '../../domain/priority-scale.ts'
import { publishedFacts, upcast } from '../../domain/upcast-event.ts'
import { parseEvent } from '../../tables/events.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'
import type { Row } from '../../tables/store.ts'
import { isTicketHeader, parseTicket } from '../../tables/tickets.ts'
import { recordedVersions, type StoredRow, storedRows } from '../fixtures/stored-rows/stored-rows.ts'

const every = recordedVersions.flatMap((version) => storedRows(version).map((stored) => ({ version, ...stored })))
const headers = every.filter(({ table, row }) => table === 'Tickets' && isTicketHeader(row))
const events = every.filter(({ table }) => table === 'Events')

type Recorded = StoredRow & { version: string }

/** What a reader would see of each row that a parser refuses: the version that stored it, its kind and key, and what is wrong with it. */
function readersSee(recorded: readonly Recorded[], parse: (row: Row) => unknown): string[] {
  return recorded.flatMap(({ version, kind, row }) => {
    try {
      parse(row)
      return []
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
      const issues = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      return [`${kind} of ${version}, ${row.pk} ${row.sk ?? ''}: ${issues.join('; ')}`]
    }
  })
}

describe('what every past version stored', () => {
  it('is read by this version, at every stage of every migration', () => {
    expect(headers.length).toBeGreaterThan(4)
    expect(readersSee(events, parseEvent)).toEqual([])
    const outbox = every.filter(({ table }) => table === 'Outbox')
    expect(readersSee(outbox, parseOutboxEvent)).toEqual([])
    for (const stage of stages) {
      const { reads, writes } = formsAt[stage]
      const { lens } = priorityScale
      expect(readersSee(headers, (row) => parseTicket(lens.read(row, reads)))).toEqual([])
      expect(readersSee(headers, (row) => parseTicket(lens.write({ ...row, ...parseTicket(row) }, writes)))).toEqual([])
    }
  })

  it('names what a reader would see when a change breaks it', () => {
    const Narrowed = z.object({ priority: z.enum(['low', 'normal', 'high']) })
    const seen = readersSee(headers, (row) => Narrowed.parse({ ...row, ...parseTicket(row), priority: 'urgent' }))
    expect(seen).toHaveLength(headers.length)
    expect(seen[0]).toMatch(
      /^ticket of v1, TENANT#acme#TICKET#\S+ HEADER: priority: Invalid option: .*"low"\|"normal"\|"high"$/,
    )
    const Required = z.object({ priorityScale: z.object({}) })
    expect(readersSee(headers, (row) => Required.parse(row))[0]).toMatch(
      /priorityScale: Invalid input: expected object/,
    )
  })
})

describe('a row of any form', () => {
  const words = Priority.options.map((priority) => [priority] as const)

  it.each(words)('says %s in either form, and both directions of the lens are pure', (priority) => {
    const scale = { ...gradeOf(priority, 'requested'), since: { seq: 1, at: '2026-03-01T12:00:00.000Z' } }
    const forms: Row[] = [{ priority }, { priorityScale: scale }, { priority, priorityScale: scale }]
    for (const form of forms.map((row) => deepFreeze({ sk: 'HEADER', ...row })))
      for (const { reads, writes } of Object.values(formsAt)) {
        const { lens } = priorityScale
        expect(lens.read(form, reads).priority).toBe(priority)
        expect(lens.read(form, reads)).toEqual(lens.read(form, reads))
        const written = lens.write(lens.read(form, reads), writes)
        expect(lens.read(written, 'old').priority).toBe(priority)
        expect(lens.read(written, 'new').priority).toBe(priority)
      }
  })
})

describe('the upcaster', () => {
  const recorded = events.map(({ row }) => deepFreeze(parseEvent(row)))

  it('is pure: same input, same output, and the input stays as it is', () => {
    const before = JSON.stringify(recorded)
    expect(recorded.map(upcast)).toEqual(recorded.map(upcast))
    expect(JSON.stringify(recorded)).toBe(before)
  })

  it('leaves alone what is of the newest version, and says of the others what they say', () => {
    for (const event of recorded) {
      const newest = upcast(event)
      expect(upcast(newest)).toBe(newest)
      expect(publishedFacts(newest.data)).toEqual(publishedFacts(event.data))
    }
    const types = recorded.filter((event) => upcast(event) !== event).map(({ type }) => type)
    expect(new Set(types)).toEqual(new Set(['ticket.opened']))
  })

  it('makes the same history of a priority from version 1 as from version 2', () => {
    const ticket = recorded.filter(({ dataVersion }) => dataVersion === 2)
    expect(priorityHistory(ticket).map(({ level, reason, since }) => [level, reason, since.seq])).toEqual([
      [40, 'requested', 1],
      [10, 'corrected', 2],
    ])
    const asVersion1 = ticket.map(({ dataVersion: _, data, ...event }) => ({ ...event, data: publishedFacts(data) }))
    expect(priorityHistory(asVersion1 as typeof ticket)).toEqual(priorityHistory(ticket))
  })

  it('never touches what is stored: the hash chain of version 2 is that of its rows', () => {
    const rows = events.filter(({ version, row }) => version === 'v4' && row.dataVersion === 2).map(({ row }) => row)
    const stored = rows.map(({ pk: _, sk: __, ...event }) => event as { seq: number; hash?: string })
    const header = headers.find(({ row }) => row.pk === rows[0]?.pk)?.row
    expect(chainBreaks(stored, { eventHash: String(header?.eventHash) })).toEqual([])
  })

  it('refuses an event of a later version, and says so', () => {
    const [row] = events.map((stored) => stored.row)
    expect(() => parseEvent({ ...row, dataVersion: 3 })).toThrow('is of a later version of Steadfast than this code')
  })
})

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const member of Object.values(Object.freeze(value))) deepFreeze(member)
  return value
}
