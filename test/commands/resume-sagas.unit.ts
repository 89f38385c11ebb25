import { beforeEach, describe, expect, it } from 'vitest'
import { countParked, resumeSagas, type SagaApi } from '../../commands/resume/resume-sagas.ts'
import { listLiveSagas } from '../../functions/list-live-sagas/list-live-sagas.ts'
import { admin } from '../fixtures/api.ts'
import { ParkedSagas } from '../sagas/parked-sagas.ts'

let sagas: ParkedSagas

beforeEach(async () => {
  sagas = new ParkedSagas()
  for (const id of ['s1', 's2', 's3']) await sagas.add(id)
  await sagas.add('s4', { error: 'AccessDenied' })
})

/** The API, of which a call may fail before or after it took effect; the system goes on while somebody waits. */
function given(failures: Record<number, 'unanswered' | 'answer lost' | 'refused'> = {}) {
  let calls = 0
  const call = async <T>(answer: () => Promise<{ status: number; json: unknown }>): Promise<T> => {
    const failure = failures[++calls]
    if (failure === 'refused') throw Object.assign(new Error('forbidden'), { retryable: false })
    if (failure === 'unanswered') throw new Error('no answer')
    const { json } = await answer()
    if (failure === 'answer lost') throw new Error('no answer')
    return json as T
  }
  const api: SagaApi = {
    list: (query) =>
      call(() => {
        const filters = Object.entries({ ...query, limit: '3' }).filter(([, value]) => value !== undefined)
        return sagas.api.call(admin, listLiveSagas, { query: Object.fromEntries(filters) as Record<string, string> })
      }),
    request: (filter, key) => call(() => sagas.request(filter, { key })),
    progress: (id) => call(async () => ({ status: 200, json: await sagas.progress(id) })),
  }
  const runtime = { newId: sagas.api.runtime.newId, sleep: async () => void (await sagas.run()) }
  return { api, runtime, calls: () => calls }
}

describe('npm run resume', () => {
  it('has the parked sagas resumed that pass its filters, and watches to the end', async () => {
    const { api, runtime } = given()
    const result = await resumeSagas({ api, runtime }, { error: 'TimeoutError' })
    expect(result).toMatchObject({ state: 'finished', resumed: 3, refused: 0, failed: 0 })
    expect(await sagas.resumed()).toEqual({ s1: 1, s2: 1, s3: 1 })
  })

  it('asks once, however many answers are lost', async () => {
    const { api, runtime } = given({ 1: 'answer lost', 2: 'unanswered', 4: 'answer lost' })
    expect(await resumeSagas({ api, runtime }, {})).toMatchObject({ state: 'finished', resumed: 4 })
    expect(await sagas.resumed()).toEqual({ s1: 1, s2: 1, s3: 1, s4: 1 })
  })

  it('gives up at once when it is refused, and after five tries without an answer', async () => {
    const refused = given({ 1: 'refused' })
    await expect(resumeSagas(refused, {})).rejects.toThrow('forbidden')
    expect(refused.calls()).toBe(1)
    const silent = given(Object.fromEntries([1, 2, 3, 4, 5].map((call) => [call, 'unanswered'])))
    await expect(resumeSagas(silent, {})).rejects.toThrow('no answer')
    expect(silent.calls()).toBe(5)
  })

  it('stops watching when it is stopped, and says that it goes on', async () => {
    const { api, runtime } = given()
    const stop = new AbortController()
    stop.abort()
    expect(await resumeSagas({ api, runtime, signal: stop.signal }, {})).toMatchObject({ state: 'running' })
    await sagas.run()
    expect(Object.keys(await sagas.resumed())).toHaveLength(4)
  })

  it('only counts in a dry run, over all pages, by what failed', async () => {
    expect(await countParked(given().api, {})).toEqual(
      new Map([
        ['notification, mail, AccessDenied', 1],
        ['notification, mail, TimeoutError', 3],
      ]),
    )
    expect(await sagas.resumed()).toEqual({})
  })
})
