import { describe, expect, it } from 'vitest'
import {
  filterWords,
  firstPage,
  newer,
  older,
  resumptionWords,
  sagaListRow,
} from '../../console/operate-page/saga-list-view.ts'
import { collectPages } from '../../console/operator-api/collect-pages.ts'
import {
  answerWords,
  commandFor,
  hold,
  readAnswer,
  redrive,
  release,
  resume,
  resumeAll,
  runNow,
} from '../../console/operator-api/command.ts'
import type { SagaSummary } from '../../console/wire-saga.ts'

const startedAt = '2026-01-02T03:04:05.000Z'
const saga: SagaSummary = {
  id: 's1',
  name: 'notification',
  state: 'running',
  generation: 2,
  startedAt,
  correlationId: 'c1',
  attempts: 3,
  lastAttempt: { step: 'mail', action: 'do', outcome: 'failed', startedAt, endedAt: startedAt, error: 'Throttling' },
}
const parked: SagaSummary = { ...saga, state: 'parked', parkingId: 'p1', reason: 'mail: Throttling' }

describe('a command', () => {
  it('has a key of what it is about: clicked twice, or in two windows, it is one command', () => {
    expect(resume(parked)).toMatchObject({
      path: '/sagas/s1/resume',
      key: 'console-resume-p1',
      body: { parkingId: 'p1' },
    })
    expect(runNow(saga)).toMatchObject({
      path: '/sagas/s1/run-now',
      key: 'console-run-now-s1-2',
      body: { generation: 2 },
    })
    expect(resume({ ...parked, parkingId: 'p2' }).key).not.toBe(resume(parked).key)
    expect(runNow({ ...saga, generation: 3 }).key).not.toBe(runNow(saga).key)
  })

  it.each([
    ['parked', parked, 'Resume'],
    ['failing', saga, 'Run now'],
    ['working', { ...saga, lastAttempt: undefined }, undefined],
    ['waiting for a callback', { ...saga, lastAttempt: { outcome: 'waiting' } }, undefined],
    ['not begun', { ...saga, state: 'pending' as const }, undefined],
    ['parked, and not yet told by which parking', { ...saga, state: 'parked' as const }, undefined],
  ])('for a saga that is %s', (_state, each, title) => {
    expect(commandFor(each, each.lastAttempt?.outcome)?.title).toBe(title)
  })

  it.each([
    [200, false, '{}', 'Resumed: it goes on from where it failed.'],
    [200, true, '{}', 'Resumed: it goes on from where it failed. This had been sent before, and took effect once.'],
    [
      409,
      false,
      '{"title":"Gone on","detail":"It is not parked any more."}',
      'Nothing was changed. It is not parked any more.',
    ],
    [404, false, '', 'Nothing was changed. The stack answered 404.'],
    [503, false, '{"detail":"Overloaded."}', 'No definite answer. Overloaded. Send it again: it takes effect once.'],
    [429, false, '<html>', 'No definite answer. The stack answered 429. Send it again: it takes effect once.'],
  ])('answered %i (replayed: %s) %s is told in words', (status, isRepeat, text, words) => {
    expect(answerWords(resume(parked), readAnswer(status, isRepeat, text))).toBe(words)
  })

  it('on a hold names what is held, and since when', () => {
    expect(hold('webhook:shop', '')).toMatchObject({ method: 'PUT', path: '/holds/webhook%3Ashop', body: {} })
    const held = { dependency: 'mail', since: startedAt }
    expect(release(held)).toMatchObject({
      method: 'DELETE',
      path: '/holds/mail',
      key: `console-release-mail-${startedAt}`,
    })
    expect(commandFor({ ...saga, heldFor: 'mail' }, 'failed')).toBeUndefined()
  })

  it('that may be sent again says so, and sends no filter that is empty', () => {
    expect(resumeAll({ name: 'notification', step: '', error: '' })).toMatchObject({
      path: '/sagas/resumptions',
      isRepeatable: true,
      body: { filter: { name: 'notification' } },
    })
    expect(redrive({ id: 'b1' })).toMatchObject({ path: '/blocked/b1/redrive', isRepeatable: true })
  })

  it('without an answer may be sent again', () => {
    expect(answerWords(resume(parked), { is: 'unknown' })).toMatch(/does not answer. Send it again/)
  })
})

describe('the list of sagas', () => {
  const nowMs = Date.parse(startedAt) + 65_000

  it('says where each one stands', () => {
    expect(sagaListRow(saga, nowMs)).toMatchObject({
      state: 'failing',
      tone: 'held-up',
      began: '1 min ago',
      last: 'do mail: failed, Throttling',
    })
    expect(sagaListRow({ ...saga, heldFor: 'mail' }, nowMs)).toMatchObject({ state: 'held for mail', tone: 'held-up' })
    expect(sagaListRow(parked, nowMs)).toMatchObject({ state: 'parked', tone: 'problem', reason: 'mail: Throttling' })
    expect(sagaListRow({ ...saga, lastAttempt: undefined } as never, nowMs)).toMatchObject({
      state: 'running',
      last: '',
    })
  })

  it('says what a resumption is of, and how far it is', () => {
    expect(filterWords({ name: 'notification', step: '', error: 'Timeout' })).toBe(
      'every parked saga, name notification, error Timeout',
    )
    const counts = { id: 'r1', resumed: 3, refused: 1, failed: 0 }
    expect(resumptionWords({ ...counts, state: 'running' })).toBe(
      'Under way: 3 resumed, 1 had gone on or parked again.',
    )
    expect(resumptionWords({ ...counts, state: 'finished', refused: 0 })).toBe('Finished: 3 resumed.')
  })

  it('is turned page by page, and back', () => {
    const third = older(older(firstPage, 'a'), 'b')
    expect(third).toEqual([undefined, 'a', 'b'])
    expect(newer(newer(newer(third)))).toEqual(firstPage)
  })
})

describe('a page of few among many', () => {
  /** Answers of one request after the other: how many items, and whether there is more. */
  function api(...pages: [items: number, hasMore: boolean][]) {
    const asked: string[] = []
    const read = async (limit: number, cursor: string | undefined) => {
      asked.push(`${limit} ${cursor ?? 'first'}`)
      const [items, hasMore] = pages[asked.length - 1] ?? [0, true]
      const more = hasMore ? { nextCursor: `c${asked.length}` } : {}
      return { status: 'there' as const, value: { items: Array(items).fill('saga'), ...more } }
    }
    return { read, asked }
  }

  it('is put together from short pages', async () => {
    const { read, asked } = api([0, true], [1, true], [2, false])
    expect(await collectPages(read, { limit: 5, cursor: 'c0' })).toEqual({
      status: 'there',
      value: { items: ['saga', 'saga', 'saga'], requests: 3 },
    })
    expect(asked).toEqual(['5 c0', '5 c1', '4 c2'])
  })

  it('ends when it is full, and says where it goes on', async () => {
    const { read, asked } = api([2, true])
    const page = await collectPages(read, { limit: 2, cursor: undefined })
    expect([page, asked]).toMatchObject([{ value: { requests: 1, nextCursor: 'c1' } }, ['2 first']])
  })

  it('ends after so many requests, and says where it goes on', async () => {
    const page = await collectPages(api().read, { limit: 2, cursor: undefined, requestsMax: 3 })
    expect(page).toEqual({ status: 'there', value: { items: [], requests: 3, nextCursor: 'c3' } })
  })

  it('is not shown by half when a request fails', async () => {
    const failed = { status: 'failed' as const, why: 'the stack does not answer' }
    expect(await collectPages(async () => failed, { limit: 2, cursor: undefined })).toEqual(failed)
  })
})
