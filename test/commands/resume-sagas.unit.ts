import { describe, expect, it } from 'vitest'
import { countParked, type ParkedSaga, resumeSagas, type SagaApi } from '../../commands/resume/resume-sagas.ts'
import { listLiveSagas } from '../../functions/list-live-sagas/list-live-sagas.ts'
import { resumeSaga } from '../../functions/resume-saga/resume-saga.ts'
import { createSaga, updateSaga } from '../../tables/sagas.ts'
import { Api, admin } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'

const otherAdmin = { ...admin, id: 'rita' }
const at = '2026-03-01T12:00:00.000Z'
const ref = (id: string) => ({ tenant: admin.tenant, id, generation: 1 })

async function park(api: Api, id: string, parkingId: string, error = 'ServiceUnavailable') {
  const attempt = {
    step: 'mail',
    action: 'do',
    startedAt: at,
    endedAt: at,
    outcome: 'failed',
    error: { name: error },
  } as const
  const parking = { id: parkingId, reason: 'mail: Error', since: at }
  const slot = { number: 0, id: api.runtime.newId() }
  await api.store.write(updateSaga(ref(id), at, { state: 'parked', parking, attempt, slot }))
}

/** An API with that many parked sagas, oldest first, and how it is used. */
async function given(count: number, answers: (resume: number) => 'lost' | 'unavailable' | 'done' = () => 'done') {
  const api = new Api()
  for (let number = 0; number < count; number++) {
    const id = `saga-${number}`
    await api.store.write(
      createSaga({
        id,
        tenant: admin.tenant,
        name: 'notification',
        definition: 'any',
        input: null,
        aggregate: { type: 'ticket', id: 'T1' },
        eventId: `E${number}`,
        correlationId: 'C1',
        startedAt: new Date(api.runtime.now()).toISOString(),
      }),
    )
    await park(api, id, `P${number}`, number % 2 === 0 ? 'ServiceUnavailable' : 'TimeoutError')
    api.runtime.advance(1_000)
  }
  const resumes: ParkedSaga[] = []
  const as = (by: typeof admin): SagaApi => ({
    async list(query) {
      const filters = Object.entries({ ...query, limit: '3' }).filter(([, value]) => value !== undefined)
      const { json } = await api.call(by, listLiveSagas, {
        query: Object.fromEntries(filters) as Record<string, string>,
      })
      return json as never
    },
    async resume(saga, key) {
      const answer = answers(resumes.push(saga))
      if (answer === 'unavailable') return { status: 503, retryable: true }
      const { id: sagaId, parkingId } = saga
      const { status, json } = await api.call(by, resumeSaga, { params: { sagaId }, body: { parkingId }, key })
      return answer === 'lost' ? { status: undefined, retryable: true } : { status, retryable: json.retryable === true }
    },
  })
  let requests = 0
  const add = (count: number) => {
    requests += count
  }
  const throttle = { add, wait: async () => {} }
  const deps = { api: as(admin), runtime: api.runtime, throttle }
  const events = async () => (await allRows(api.store, 'Events')).filter(({ type }) => type === 'saga.resumed').length
  return { api, as, deps, resumes, events, requests: () => requests }
}

describe('resuming all parked sagas', () => {
  it('resumes each once, over all pages, and counts them against the rate', async () => {
    const { deps, events, requests } = await given(8)
    expect(await resumeSagas(deps, {})).toEqual({ resumed: 8, movedOn: 0, failed: 0, complete: true })
    expect(await events()).toBe(8)
    expect(requests()).toBe(8)
    expect(await resumeSagas(deps, {})).toEqual({ resumed: 0, movedOn: 0, failed: 0, complete: true })
  })

  it('resumes only those that pass the filters', async () => {
    const { deps, resumes } = await given(5)
    expect(await resumeSagas(deps, { error: 'TimeoutError' })).toMatchObject({ resumed: 2 })
    expect(resumes.map(({ id }) => id)).toEqual(['saga-3', 'saga-1'])
    expect(await countParked(deps.api, {})).toEqual(new Map([['notification, mail, ServiceUnavailable', 3]]))
  })

  it('tries again with the same key when an answer was lost, and resumes once', async () => {
    const { deps, events } = await given(2, (resume) => (resume === 1 ? 'lost' : resume === 3 ? 'unavailable' : 'done'))
    expect(await resumeSagas(deps, {})).toMatchObject({ resumed: 2, failed: 0 })
    expect(await events()).toBe(2)
  })

  it('gives one up after five tries, says so, and goes on with the others', async () => {
    const { deps, events } = await given(2, (resume) => (resume <= 5 ? 'unavailable' : 'done'))
    const failures: string[] = []
    const onFailure = ({ id }: ParkedSaga, why: string) => failures.push(`${id}: ${why}`)
    expect(await resumeSagas({ ...deps, onFailure }, {})).toMatchObject({ resumed: 1, failed: 1, complete: true })
    expect(failures).toEqual(['saga-1: answered 503'])
    expect(await events()).toBe(1)
  })

  it('that is stopped goes on in the next run', async () => {
    const { deps, events } = await given(6)
    const stop = new AbortController()
    const onProgress = ({ resumed }: { resumed: number }) => resumed === 2 && stop.abort()
    const stopped = await resumeSagas({ ...deps, signal: stop.signal, onProgress }, {})
    expect(stopped).toEqual({ resumed: 2, movedOn: 0, failed: 0, complete: false })
    expect(await resumeSagas(deps, {})).toEqual({ resumed: 4, movedOn: 0, failed: 0, complete: true })
    expect(await events()).toBe(6)
  })

  it('by two operators at once resumes each parking once', async () => {
    const { deps, events } = await given(7)
    const [one, other] = await Promise.all([resumeSagas(deps, {}), resumeSagas(deps, {})])
    expect([one.failed, other.failed]).toEqual([0, 0])
    expect(await events()).toBe(7)
    const { deps: again, events: resumed, as } = await given(7)
    const [first, second] = await Promise.all([
      resumeSagas(again, {}),
      resumeSagas({ ...again, api: as(otherAdmin) }, {}),
    ])
    expect([first.failed, second.failed, first.resumed + second.resumed]).toEqual([0, 0, 7])
    expect(await resumed()).toBe(7)
  })

  it('does not resume a saga again that parks again meanwhile', async () => {
    const { api, deps, events } = await given(4)
    let isFirst = true
    const onProgress = async () => {
      if (!isFirst) return
      isFirst = false
      await park(api, 'saga-3', 'P3 again')
    }
    await resumeSagas({ ...deps, onProgress: () => void onProgress() }, {})
    expect(await events()).toBe(4)
    expect(await countParked(deps.api, {})).toEqual(new Map([['notification, mail, ServiceUnavailable', 1]]))
  })

  it('leaves one alone that was parked again since it was listed', async () => {
    const { api, deps } = await given(2)
    const list: SagaApi['list'] = async (query) => {
      const page = await deps.api.list(query)
      await park(api, 'saga-1', 'P1 again')
      return page
    }
    expect(await resumeSagas({ ...deps, api: { ...deps.api, list } }, {})).toMatchObject({ resumed: 1, movedOn: 1 })
  })
})
