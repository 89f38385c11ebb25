import { beforeEach, describe, expect, it } from 'vitest'
import { advanceResumption, isResumptionEvent, sagasPerPart } from '../../app/advance-resumption.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { handleAgain } from '../../functions/reconcile-consumers/handle-again.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { eachParkingIsResumedOnce } from '../../proof/check/resumptions.ts'
import { parseEvent } from '../../tables/events.ts'
import { sagaRow } from '../../tables/sagas.ts'
import { admin, agent, customer, stranger } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { ParkedSagas } from './parked-sagas.ts'

const problem = (slug: string) => `https://steadfast.dev/problems/${slug}`

let sagas: ParkedSagas

beforeEach(() => {
  sagas = new ParkedSagas()
})

const violations = async () =>
  eachParkingIsResumedOnce.violations(await gatherEvidence(sagas.api.store, sagas.api.runtime.now()))

describe('a resumption', () => {
  it('resumes each parked saga that passes its filter, in the name of who asked, and tells how many', async () => {
    await sagas.add('s1')
    await sagas.add('s2', { error: 'AccessDenied' })
    await sagas.add('s3', { step: 'notice' })
    await sagas.add('s4', { name: 'webhook' })
    await sagas.add('s5')
    await sagas.add('foreign', { tenant: stranger.tenant })
    const filter = { name: 'notification', step: 'mail', error: 'TimeoutError' }
    const answer = await sagas.request(filter)
    expect(answer).toMatchObject({
      status: 201,
      json: { state: 'running', filter, requestedBy: admin.id, seen: 0, resumed: 0 },
      headers: { ETag: '"1"', Location: `/api/sagas/resumptions/${answer.json.id}` },
    })
    await sagas.run()
    expect(await sagas.resumed()).toEqual({ s1: 1, s5: 1 })
    expect(await sagas.progress(answer.json.id)).toMatchObject({
      state: 'finished',
      seen: 2,
      resumed: 2,
      refused: 0,
      failed: 0,
      finishedAt: sagas.now(),
    })
    const events = (await allRows(sagas.api.store, 'Events')).map(parseEvent)
    expect(events.filter(({ type }) => type === 'saga.resumed').map(({ actor }) => actor)).toEqual([admin.id, admin.id])
    expect(await violations()).toEqual([])
  })

  it('resumes only sagas that started at a time or later, however the time is written', async () => {
    await sagas.add('old')
    const since = sagas.now()
    await sagas.add('new')
    await sagas.request({ since: since.replace('.000Z', 'Z') })
    await sagas.run()
    expect(await sagas.resumed()).toEqual({ new: 1 })
  })

  it('goes through more sagas than one part has, each once, at a bounded rate', async () => {
    const count = 2 * sagasPerPart + 5
    for (let index = 0; index < count; index++) await sagas.add(`s${index}`)
    const { json } = await sagas.request()
    const beganMs = sagas.api.runtime.now()
    const parts = await sagas.run()
    expect(await sagas.progress(json.id)).toMatchObject({ state: 'finished', seen: count, resumed: count })
    expect(Object.values(await sagas.resumed()).every((times) => times === 1)).toBe(true)
    expect((count / (sagas.api.runtime.now() - beganMs)) * 1_000).toBeLessThanOrEqual(10)
    expect(parts).toBeGreaterThan(5)
    expect(await violations()).toEqual([])
  })

  it('is asked for once however often its request is sent', async () => {
    await sagas.add('s1')
    const [first, again] = await Promise.all([sagas.request({}, { key: 'k' }), sagas.request({}, { key: 'k' })])
    expect(again.text).toBe(first.text)
    expect((await allRows(sagas.api.store, 'Tickets')).filter(({ sk }) => sk === 'RESUMPTION')).toHaveLength(1)
    expect((await sagas.request({ name: 'webhook' }, { key: 'k' })).json.type).toBe(problem('idempotency-key-reused'))
  })

  it('of which each event is delivered three times at once resumes and counts each parking once', async () => {
    for (let index = 0; index < 40; index++) await sagas.add(`s${index}`)
    const { json } = await sagas.request()
    await sagas.run({ copies: 3 })
    expect(await sagas.progress(json.id)).toMatchObject({ state: 'finished', resumed: 40, refused: 0, failed: 0 })
    expect(await violations()).toEqual([])
  })

  it('beside another one, and an operator, leaves each parking to whoever comes first', async () => {
    for (let index = 0; index < 10; index++) await sagas.add(`s${index}`)
    const [one, two] = [await sagas.request(), await sagas.request()]
    await sagas.run()
    const counts = [await sagas.progress(one.json.id), await sagas.progress(two.json.id)]
    expect(counts.map(({ resumed }) => Number(resumed)).reduce((sum, each) => sum + each)).toBe(10)
    expect(await sagas.resumed()).toEqual(Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`s${at}`, 1])))
    expect(await violations()).toEqual([])
  })

  it('counts a saga as refused that is resumed between its look and its command', async () => {
    await sagas.add('s1')
    const { json } = await sagas.request()
    let isFirst = true
    const racing = interceptStore(sagas.api.store, async (call, proceed) => {
      const isCommit = call.method === 'transactWrite' && call.args[0].some(({ table }) => table === 'Sagas')
      if (isCommit && isFirst) {
        isFirst = false
        await sagas.api.store.write({
          kind: 'update',
          table: 'Sagas',
          key: sagaRow(admin.tenant, 's1').key,
          set: { state: 'running', version: 1 },
          remove: ['parkingId'],
        })
      }
      return proceed()
    })
    await sagas.run({ store: racing })
    expect(await sagas.progress(json.id)).toMatchObject({ state: 'finished', seen: 1, resumed: 0, refused: 1 })
  })

  it('leaves alone what has parked since it was asked for, also when it has resumed that before', async () => {
    await sagas.add('s1')
    const { json } = await sagas.request()
    sagas.api.runtime.advance(1)
    await sagas.add('s2')
    await sagas.run()
    await sagas.park('s1')
    const [requested] = (await allRows(sagas.api.store, 'Events')).map(parseEvent).filter(isResumptionEvent)
    if (!requested) throw new Error('there is no event')
    expect(await advanceResumption(sagas.deps(), requested, sagas.api.runtime.now() + 8_000)).toBe(false)
    expect(await sagas.resumed()).toEqual({ s1: 1 })
    expect(await sagas.progress(json.id)).toMatchObject({ seen: 1, resumed: 1 })
  })

  it('killed at any write, with the write made or not, goes on to the same end', async () => {
    for (const isMade of [false, true])
      for (let killedAt = 1; killedAt <= 4; killedAt++) {
        sagas = new ParkedSagas()
        for (const id of ['s1', 's2', 's3']) await sagas.add(id)
        const { json } = await sagas.request()
        let writes = 0
        const dying = interceptStore(sagas.api.store, async (call, proceed) => {
          if (writes >= killedAt) throw new Error('killed')
          if (call.method !== 'transactWrite' || ++writes < killedAt) return proceed()
          if (isMade) await proceed()
          throw new Error('killed')
        })
        await sagas.run({ store: dying })
        expect(writes).toBe(killedAt)
        await sagas.run()
        expect(await sagas.progress(json.id)).toMatchObject({ state: 'finished', resumed: 3, refused: 0, failed: 0 })
        expect(await sagas.resumed()).toEqual({ s1: 1, s2: 1, s3: 1 })
        expect(await violations()).toEqual([])
      }
  })

  it('whose messages the queue has lost is gone on with by reconciliation', async () => {
    await sagas.add('s1')
    const { json } = await sagas.request()
    const again = handleAgain({
      ...sagas.deps(),
      machineArns: { notification: 'n', webhook: 'w', attachment: 'a', removal: 'r' },
    })
    const [requested] = (await allRows(sagas.api.store, 'Events')).map(parseEvent).filter(isResumptionEvent)
    if (requested) await again(requested, sagas.api.runtime.now() + 8_000)
    expect(await sagas.progress(json.id)).toMatchObject({ state: 'finished', resumed: 1 })
  })

  it('goes on although its event comes while the transaction of it is half applied, so that a plain read finds no row', async () => {
    await sagas.add('s1')
    const { json } = await sagas.request()
    const early = interceptStore(sagas.api.store, async (call, proceed) =>
      call.method === 'get' && call.args[0].key.sk === 'RESUMPTION' ? undefined : proceed(),
    )
    await sagas.run({ store: early })
    expect(await sagas.progress(json.id)).toMatchObject({ state: 'finished', resumed: 1 })
  })

  it('counts a saga that cannot be read as failed, and goes on behind it', async () => {
    for (const id of ['s1', 's2', 's3']) await sagas.add(id)
    const key = sagaRow(admin.tenant, 's2').key
    await sagas.api.store.write({ kind: 'update', table: 'Sagas', key, set: { generation: 'no number' } })
    const { json } = await sagas.request()
    await sagas.run()
    expect(await sagas.progress(json.id)).toMatchObject({ state: 'finished', seen: 3, resumed: 2, failed: 1 })
  })

  it('resumes nothing more once who asked for it was deactivated', async () => {
    for (const id of ['s1', 's2']) await sagas.add(id)
    const { json } = await sagas.request()
    await sagas.api.call({ ...admin, id: 'other' }, deactivateUser, { params: { userId: admin.id } })
    await sagas.run()
    expect(await sagas.resumed()).toEqual({})
    expect(await sagas.progress(json.id, { ...admin, id: 'other' })).toMatchObject({ state: 'finished', refused: 2 })
  })

  it('can be asked for, and looked at, by admins of its tenant only', async () => {
    const { json } = await sagas.request()
    for (const person of [agent, customer]) {
      expect((await sagas.request({}, {}, person)).status).toBe(403)
      expect((await sagas.progress(json.id, person)).type).toBe(problem('forbidden'))
    }
    expect((await sagas.progress(json.id, stranger)).type).toBe(problem('not-found'))
  })

  it.each([
    ['a name with other characters', { name: 'a b' }],
    ['a name that is too long', { error: 'x'.repeat(101) }],
    ['a time that is none', { since: 'yesterday' }],
    ['an unknown filter', { tenant: 'globex' }],
    ['a list', []],
  ])('is refused with %s as its filter', async (_, filter) => {
    expect((await sagas.request(filter)).json.type).toBe(problem('invalid-request'))
    expect(await allRows(sagas.api.store, 'Tickets')).toEqual([])
  })
})
