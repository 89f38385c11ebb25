import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatWrites } from '../../../commands/bench/format-writes.ts'
import { copyRows } from '../../../proof/bench/copy-rows.ts'
import { measureWrites, type WriteReport } from '../../../proof/bench/writes/measure-writes.ts'
import { createRecordsTable, writeMethods } from '../../../proof/bench/writes/methods.ts'
import { newRequest } from '../../../proof/bench/writes/time-requests.ts'
import { methodNames, type WriteMethods } from '../../../proof/bench/writes/write-method.ts'
import { type EngineStore, openEngineStore } from '../../../proof/engine-store.ts'
import { scanAll } from '../../../tables/scan-rows.ts'
import { ticketsQuery } from '../../../tables/tickets.ts'

describe('the ways to write that are compared', () => {
  let engine: EngineStore
  let methods: WriteMethods

  beforeAll(async () => {
    engine = await openEngineStore()
    await createRecordsTable(engine.config)
    methods = writeMethods(engine.config)
    await methods.steadfast(newRequest())
  })
  afterAll(() => engine?.close())

  it.each(methodNames)(
    'do the same: %s opens one ticket, answers its duplicate, and refuses the key for another payload',
    async (name) => {
      const before = await rowsOfTickets()
      const request = newRequest()
      const response = await methods[name](request)
      expect(await methods[name](request)).toEqual(response)
      await expect(methods[name]({ ...request, payload: { ...request.payload, title: 'Another' } })).rejects.toThrow()
      expect(response).toMatchObject({ status: 201, headers: { ETag: '"1"' } })
      expect((await rowsOfTickets()) - before).toBe(2)
    },
  )

  it('are measured on full tables: copies of a ticket are found by its keys and in its indexes', async () => {
    const { id } = JSON.parse((await methods.steadfast(newRequest())).body) as { id: string }
    const [rows, inQueue] = [await rowsOfTickets(), await ticketsInQueue()]
    copyRows(engine.databasePath, { tables: ['Tickets'], ticketId: id, count: 3 })
    expect((await rowsOfTickets()) - rows).toBe(6)
    expect((await ticketsInQueue()) - inQueue).toBe(3)
    expect(() => copyRows(engine.databasePath, { tables: ['Events'], ticketId: 'nobody', count: 1 })).toThrow('nobody')
  })

  const rowsOfTickets = async () =>
    (await scanAll(engine.store, 'Tickets')).filter(({ pk }) => String(pk).includes('#TICKET#')).length
  const ticketsInQueue = async () => (await engine.store.query(ticketsQuery('bench'))).rows.length
})

describe('the benchmark of writes', () => {
  let report: WriteReport
  const settings = { clients: [1, 2], requests: 3, rounds: 2 }

  beforeAll(async () => {
    report = await measureWrites(settings, () => {})
  })

  it('counts what one request consumes: this project needs half of the calls for a first request', () => {
    expect(report.work).toEqual([
      { kind: 'first', method: 'steadfast', calls: 2, readUnits: 2, writeUnits: 13 },
      { kind: 'first', method: 'powertools', calls: 4, readUnits: 1, writeUnits: 13 },
      { kind: 'first', method: 'naive', calls: 4, readUnits: 2, writeUnits: 12 },
      { kind: 'duplicate', method: 'steadfast', calls: 1, readUnits: 2, writeUnits: 0 },
      { kind: 'duplicate', method: 'powertools', calls: 1, readUnits: 0, writeUnits: 1 },
      { kind: 'duplicate', method: 'naive', calls: 1, readUnits: 1, writeUnits: 0 },
    ])
  })

  it('compares with each other way at each number of clients, and judges the goals by all of them', () => {
    const kinds = ['first', 'duplicate']
    const places = report.ratios.map(({ kind, clients, other }) => [kind, clients, other])
    expect(places).toEqual(
      kinds.flatMap((kind) =>
        [1, 2].flatMap((clients) => ['powertools', 'naive'].map((other) => [kind, clients, other])),
      ),
    )
    for (const { p50 } of report.ratios) expect(p50.low).toBeLessThanOrEqual(p50.high)
    expect(report.speed).toHaveLength(2 * 2 * 3)
    const text = formatWrites(report, settings)
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3 * 2 + 6 + 12 + 8)
    expect(text).toMatch(/^first: p50 at most 0\.60 of Powertools': [\d.]+, [\d.]+: (met|missed)$/m)
  })
})
