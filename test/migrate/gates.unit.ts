import { describe, expect, it } from 'vitest'
import { MigratedStore } from '../../app/migrate/migrated-store.ts'
import { newRowMsMax, survey } from '../../app/migrate/move.ts'
import { priorityScale } from '../../app/migrate/priority-scale.ts'
import { gateRefusal, readStages, stagesAgeMsMax } from '../../app/migrate/stage-reader.ts'
import { stages } from '../../domain/migration.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { isStages } from '../../tables/migrations.ts'
import { putTicket } from '../../tables/tickets.ts'
import { Api, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { MigratingSystem } from './migrating-system.ts'

describe('a gate', () => {
  it('refuses to backfill while a version that does not know the migration opens tickets', async () => {
    const system = new MigratingSystem()
    await system.until('deploy')
    system.runtime.advance(60_000)
    const id = await system.open(system.previous, 'high')
    await expect(system.move('next')).rejects.toThrow(
      new RegExp(
        `stays at "deploy": 1 of 1 rows are not clean, such as .*${id} is new and was written without the new form. .*deploy this one everywhere`,
      ),
    )
    expect(await system.stage()).toBe('deploy')
  })

  it('waits for a new ticket, as right after the stage settled there is none that could betray a version before', async () => {
    for (const version of ['previous', 'current'] as const) {
      const system = new MigratingSystem()
      await system.until('deploy')
      const settledAtMs = await settledMs(system)
      const opening = async () => {
        await system.runtime.sleep(settledAtMs + 12_000 - system.runtime.now())
        await system.open(system[version], 'high')
      }
      const [moved] = await Promise.allSettled([system.move('next'), opening()])
      expect(moved).toMatchObject(
        version === 'previous'
          ? { reason: { message: expect.stringContaining('1 of 1 rows are not clean') } }
          : { value: { to: 'backfill', gate: { newRows: 1 } } },
      )
      expect(system.runtime.now() - settledAtMs).toBeLessThan(20_000)
    }
  })

  it('lets an idle stack go on after a minute, and says that it has seen no new ticket', async () => {
    const system = new MigratingSystem()
    await system.open(system.previous, 'high')
    await system.until('deploy')
    const settledAtMs = await settledMs(system)
    expect(await system.move('next')).toMatchObject({ to: 'backfill', gate: { checked: 1, newRows: 0 } })
    expect(system.runtime.now()).toBe(settledAtMs + newRowMsMax)
    await system.move('back')
    system.runtime.advance(120_000)
    const beforeMs = system.runtime.now()
    expect(await system.move('next')).toMatchObject({ to: 'backfill', gate: { newRows: 0 } })
    expect(system.runtime.now()).toBe(beforeMs)
    expect(await system.problems()).toEqual([])
  })

  it('refuses to switch reads while a row’s new form is not what its events say', async () => {
    const system = new MigratingSystem()
    const id = await system.open(system.previous, 'high')
    await system.until('validate')
    const [row = { pk: '' }] = await system.headers()
    const wrong = { ...(row.priorityScale as object), level: 10 }
    await system.memory.write({
      kind: 'put',
      table: 'Tickets',
      row: { ...row, pk: String(row.pk), priorityScale: wrong },
    })
    await expect(system.move('next')).rejects.toThrow(
      `${id} has another priority on the scale than its events say. Go back to "backfill"`,
    )
    await system.move('back')
    await system.move('next')
    expect(await system.move('next')).toMatchObject({ to: 'switch-reads' })
  })

  it('refuses to go on from every later stage while a row lacks the new form, and says so in a dry run', async () => {
    for (const stage of ['switch-reads', 'stop-old-writes'] as const) {
      const system = new MigratingSystem()
      await system.until(stage)
      await system.open(system.previous, 'high')
      await expect(system.move('next')).rejects.toThrow('lacks the new form')
      expect(await survey(system.deps(), priorityScale, 'next')).toMatchObject({ checked: 1, unclean: 1 })
      expect(await system.problems()).toEqual([])
    }
  })

  it('waits until no function goes on with the stage before', async () => {
    const system = new MigratingSystem()
    await system.until('deploy')
    const settledAtMs = await settledMs(system)
    expect(settledAtMs - system.runtime.now()).toBeGreaterThan(stagesAgeMsMax.idle)
    await system.move('next')
    expect(system.runtime.now()).toBeGreaterThanOrEqual(settledAtMs)
  })
})

async function settledMs(system: MigratingSystem): Promise<number> {
  return Date.parse((await readStages(system.memory))?.migrations[priorityScale.name]?.settledAt ?? '')
}

describe('two functions at neighbouring stages', () => {
  it.each(stages.slice(1).map((stage, index) => [stages[index] ?? stage, stage] as const))(
    '%s and %s write the same tickets, and both read what the other wrote',
    async (earlier, later) => {
      const system = new MigratingSystem()
      await system.open(system.previous, 'low')
      await system.until(earlier)
      const behind = system.newCode()
      await system.open(behind, 'normal')
      await system.until(later)
      // Its stage is one behind, or one ahead after the way back: it is the cache, not the code, that differs.
      const ahead = system.newCode()
      const ids = [...system.acknowledged.keys()]
      for (const [index, priority] of (['high', 'urgent', 'low', 'high'] as const).entries())
        for (const id of ids) {
          expect(await system.correct(index % 2 === 0 ? behind : ahead, id, priority)).toBe(200)
          expect(await system.comment(index % 2 === 0 ? ahead : behind, id)).toBe(201)
        }
      expect(await system.problems()).toEqual([])
    },
  )
})

describe('the version gate', () => {
  it('refuses code that knows the migration not as far as the data is, and lets it read', async () => {
    const system = new MigratingSystem()
    const id = await system.open(system.current, 'high')
    await system.until('switch-reads')
    const older = system.newCode([{ ...priorityScale, understands: { from: 'expand', to: 'validate' } }])
    expect(await older.call(customer, addComment, { params: { ticketId: id }, body: { body: 'B' } })).toMatchObject({
      status: 503,
      json: { type: expect.stringContaining('unavailable'), retryable: true },
    })
    expect((await older.call(customer, getTicket, { params: { ticketId: id } })).status).toBe(200)
    expect(await system.problems()).toEqual([])
  })

  it('says what to do, also to code that does not know the migration or needs it further, and after the way back', async () => {
    const system = new MigratingSystem()
    expect(gateRefusal(undefined, [{ ...priorityScale, understands: { from: 'contract', to: 'contract' } }])).toBe(
      'this version is newer than the data: it needs the migration priority-scale at "contract", and it stands at "expand". With the version before, run: npm run migrate -- next priority-scale --from expand',
    )
    await system.until('deploy')
    expect(gateRefusal(await readStages(system.memory), [])).toBeUndefined()
    await system.until('stop-old-writes')
    const refusal =
      'this version is older than the data: the migration priority-scale has reached "stop-old-writes", and this version knows it up to "deploy". Deploy a version that knows it further'
    expect(gateRefusal(await readStages(system.memory), [])).toBe(refusal)
    while ((await system.stage()) !== 'expand') await system.move('back')
    // Events in the new form stay.
    expect(gateRefusal(await readStages(system.memory), [])).toBe(refusal)
  })
})

describe('the stage in a function', () => {
  it('is read once per bounded age, by writes only, and switches reads without a deployment', async () => {
    const runtime = new VirtualRuntime()
    const memory = new MemoryStore()
    let asked = 0
    const counting = interceptStore(memory, async ({ method, args }, proceed) => {
      if (method === 'get' && isStages((args[0] as { key: object }).key)) asked++
      return proceed()
    })
    const api = new Api({ store: new MigratedStore(counting, runtime, [priorityScale]), runtime })
    const ids = []
    for (let count = 0; count < 5; count++) ids.push(await api.openTicket(customer))
    expect(asked).toBe(1)
    for (const ticketId of ids) await api.call(customer, getTicket, { params: { ticketId } })
    expect(asked).toBe(1)
    runtime.advance(stagesAgeMsMax.idle + 1)
    await api.openTicket(customer)
    expect(asked).toBe(2)
  })

  it('decides which form holds where they disagree', async () => {
    const system = new MigratingSystem()
    const id = await system.open(system.current, 'high')
    await system.until('validate')
    const answered = async () =>
      (await system.newCode().call(customer, getTicket, { params: { ticketId: id } })).json.priority
    const disagree = async () => {
      const [row = { pk: '' }] = await system.headers()
      await system.memory.write({ kind: 'put', table: 'Tickets', row: { ...row, pk: String(row.pk), priority: 'low' } })
    }
    await disagree()
    expect(await answered()).toBe('low')
    await expect(system.move('next')).rejects.toThrow('has two priorities that differ')
    const [row = { pk: '' }] = await system.headers()
    await system.memory.write({ kind: 'put', table: 'Tickets', row: { ...row, pk: String(row.pk), priority: 'high' } })
    await system.move('next')
    await disagree()
    expect(await answered()).toBe('high')
  })

  it('sends a transaction again with the same bytes although the stage has changed in between', async () => {
    const system = new MigratingSystem()
    await system.until('switch-reads')
    const store = new MigratedStore(system.memory, system.runtime, [priorityScale])
    const ticket = { id: '1', title: 'T', status: 'open', priority: 'low', requester: 'carla', version: 1 } as const
    const at = new Date(system.runtime.now()).toISOString()
    const scale = { level: 10, reason: 'requested', since: { seq: 1, at } } as const
    const writes = [putTicket('acme', { ...ticket, priorityScale: scale, openedAt: at, updatedAt: at })]
    expect(await store.transactWrite(writes, 'token')).toEqual({ status: 'committed' })
    await system.move('next')
    system.runtime.advance(60_000)
    expect(await store.transactWrite(writes, 'token')).toEqual({ status: 'committed' })
  })
})

describe('an event', () => {
  it('has its new version once only the new form is written, and is published in the words of the API as before', async () => {
    const system = new MigratingSystem()
    await system.until('switch-reads')
    const before = await system.open(system.newCode(), 'high')
    await system.until('stop-old-writes')
    const after = await system.open(system.newCode(), 'high')
    expect(await system.correct(system.newCode(), after, 'low')).toBe(200)
    const stored = (await allRows(system.memory, 'Events')).filter(({ type }) => /opened|corrected/.test(String(type)))
    const of = (id: string) => stored.filter(({ aggregate }) => (aggregate as { id: string }).id === id)
    expect(of(before)).toMatchObject([{ data: { priority: 'high' } }])
    expect(of(before)[0]).not.toHaveProperty('dataVersion')
    expect(of(after)).toMatchObject([
      { dataVersion: 2, data: { priority: 'high', scale: { level: 30, reason: 'requested' } } },
      { dataVersion: 2, data: { to: { priority: 'low' }, scale: { level: 10, reason: 'corrected' } } },
    ])
    const { json } = await system.newCode().call(customer, listEvents, { params: { ticketId: after } })
    expect(JSON.stringify(json)).not.toContain('scale')
    expect(await system.problems()).toEqual([])
  })
})
