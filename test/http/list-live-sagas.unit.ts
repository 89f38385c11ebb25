import { describe, expect, it } from 'vitest'
import { listLiveSagas } from '../../functions/list-live-sagas/list-live-sagas.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { removal } from '../../sagas/removal/removal.ts'
import type { Saga } from '../../sagas/saga.ts'
import { liveSagasQuery } from '../../tables/live-sagas.ts'
import { createSaga, type SagaUpdate, updateSaga } from '../../tables/sagas.ts'
import { Api, admin, agent, customer, stranger } from '../fixtures/api.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

const adminElsewhere = { ...stranger, role: 'admin' } as const

const failure = (step: string, error: string): SagaUpdate => ({
  state: 'running',
  attempt: {
    step,
    action: 'do',
    startedAt: '2026-03-01T12:00:00.000Z',
    endedAt: '2026-03-01T12:00:01.000Z',
    outcome: 'failed',
    error: { name: error, message: 'our own words' },
  },
})
const parked: SagaUpdate = {
  state: 'parked',
  parking: { id: 'P1', reason: 'mail: Error', since: '2026-03-01T12:00:02.000Z', token: 'secret token' },
}

/** Starts sagas of acme, a second apart, and updates each. Returns their ids, oldest first. */
async function given(...updates: { of?: Saga; are: SagaUpdate[] }[]) {
  const api = new Api()
  const ids: string[] = []
  for (const [index, { of = notification, are }] of updates.entries()) {
    const id = `saga-${index}`
    await api.store.write(
      createSaga({
        id,
        tenant: admin.tenant,
        name: of.name,
        definition: 'any',
        input: null,
        aggregate: { type: 'ticket', id: 'T1' },
        eventId: `E${index}`,
        correlationId: `C${index}`,
        startedAt: new Date(api.runtime.now()).toISOString(),
      }),
    )
    ids.push(id)
    for (const [number, update] of are.entries()) {
      const slot = { number, id: api.runtime.newId() }
      const ref = { tenant: admin.tenant, id, generation: 1 }
      await api.store.write(updateSaga(ref, '2026-03-01T12:00:02.000Z', { ...update, slot }))
    }
    api.runtime.advance(1_000)
  }
  const list = async (query: Record<string, string> = {}, person: typeof admin = admin) =>
    api.call(person, listLiveSagas, { query })
  const listed = async (query: Record<string, string> = {}) => (await list(query)).json.items.map(({ id }) => id)
  return { api, ids, list, listed }
}

describe('the list of sagas that have not ended', () => {
  it('is newest first, without those that have ended, and tells where each is without text of others or tokens', async () => {
    const { ids, list } = await given(
      { are: [] },
      { are: [failure('mail', 'ServiceUnavailable'), parked] },
      { are: [{ state: 'completed' }] },
      { are: [failure('mail', 'TimeoutError'), { state: 'compensated' }] },
    )
    const answer = await list()
    expect(answer.json.items).toMatchObject([
      {
        id: ids[1],
        name: 'notification',
        state: 'parked',
        parkingId: 'P1',
        reason: 'mail: Error',
        ticketId: 'T1',
        attempts: 1,
        lastAttempt: { step: 'mail', outcome: 'failed', error: 'ServiceUnavailable' },
      },
      { id: ids[0], state: 'pending', attempts: 0 },
    ])
    expect(answer.json.items).toHaveLength(2)
    expect(answer.text).not.toContain('secret token')
  })

  it('passes all filters at once: state, name, step and error of the last attempt, time of start', async () => {
    const { ids, listed } = await given(
      { are: [failure('mail', 'A'), parked] },
      { are: [failure('mail', 'A')] },
      { are: [failure('mail', 'A'), failure('mail', 'B')] },
      { are: [failure('record', 'A')] },
      { of: removal, are: [failure('mail', 'A')] },
      { are: [] },
    )
    const [zero, one, two, three, four, five] = ids
    expect(await listed({ state: 'parked' })).toEqual([zero])
    expect(await listed({ state: 'pending' })).toEqual([five])
    expect(await listed({ name: 'removal' })).toEqual([four])
    expect(await listed({ step: 'mail' })).toEqual([four, two, one, zero])
    expect(await listed({ error: 'A' })).toEqual([four, three, one, zero])
    expect(await listed({ error: 'B' })).toEqual([two])
    expect(await listed({ state: 'running', name: 'notification', step: 'mail', error: 'A' })).toEqual([one])
    expect(await listed({ error: 'NoSuchError' })).toEqual([])
  })

  it('begins at the instant of `since`, however it is spelled', async () => {
    const { ids, list, listed } = await given({ are: [] }, { are: [] }, { are: [] })
    const { startedAt } = (await list()).json.items[1] as { startedAt: string }
    const newer = [ids[2], ids[1]]
    expect(await listed({ since: startedAt })).toEqual(newer)
    expect(await listed({ since: startedAt.replace('.000Z', 'Z') })).toEqual(newer)
    expect(await listed({ since: startedAt.replace('.000Z', '.001Z') })).toEqual([ids[2]])
  })

  it('has each saga once over its pages, also when filters leave out most', async () => {
    const { ids, list } = await given(
      ...Array.from({ length: 12 }, (_, n) => ({ are: n % 3 === 0 ? [failure('mail', 'A'), parked] : [] })),
    )
    const pages: unknown[][] = []
    let cursor: string | undefined
    do {
      const { json } = await list({ state: 'parked', limit: '3', ...(cursor !== undefined && { cursor }) })
      pages.push(json.items.map(({ id }) => id))
      cursor = json.nextCursor as string | undefined
    } while (cursor !== undefined)
    expect(pages.map((page) => page.length)).toEqual([3, 1])
    expect(pages.flat()).toEqual(ids.filter((_, n) => n % 3 === 0).toReversed())
  })

  it('leaves out a saga that has ended since the index was written', async () => {
    const { api, ids, list } = await given({ are: [] }, { are: [] })
    const lagging = await api.store.query(liveSagasQuery(admin.tenant))
    await api.store.write(
      updateSaga({ tenant: admin.tenant, id: ids[1] ?? '', generation: 1 }, '2026-03-01T12:00:03.000Z', {
        state: 'completed',
      }),
    )
    const stale = api.withStore(
      interceptStore(api.store, (call, proceed) => (call.method === 'query' ? Promise.resolve(lagging) : proceed())),
    )
    const answer = await stale.call(admin, listLiveSagas, { query: {} })
    expect(answer.json.items.map(({ id }) => id)).toEqual([ids[0]])
    expect((await list()).json.items).toHaveLength(1)
  })

  it('is for admins, and of their own tenant only', async () => {
    const { list } = await given({ are: [parked] })
    expect((await list({}, agent)).status).toBe(403)
    expect((await list({}, customer)).status).toBe(403)
    expect((await list({}, adminElsewhere)).json.items).toEqual([])
  })

  it('refuses a filter that it does not know', async () => {
    const { list } = await given()
    for (const query of [
      { state: 'completed' },
      { since: 'yesterday' },
      { nome: 'x' },
      { step: '' },
      { error: 'x'.repeat(101) },
    ])
      expect((await list(query)).status, JSON.stringify(query)).toBe(422)
  })
})
