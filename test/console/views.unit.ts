import { describe, expect, it } from 'vitest'
import { doubleClickWords } from '../../console/overview/double-click-view.ts'
import { duration, latencyNow, throughputColumns, throughputNow } from '../../console/overview/plot-data.ts'
import { promiseView } from '../../console/overview/promise-view.ts'
import { placeFragment, readPlace } from '../../console/shell/place.ts'
import { nextInRow } from '../../console/shell/roving.ts'
import type { Light, Promises } from '../../console/wire.ts'

const promises = (...lights: Light[]): Promises => ({
  checkedAt: '2026-01-02T03:04:05.000Z',
  ms: 310,
  invariants: lights.map((light, at) => ({ number: at + 1, promise: 'it is so', light, violations: [] })),
  sagas: {},
})
const nowMs = Date.parse('2026-01-02T03:04:09.000Z')

describe('the promises', () => {
  it.each([
    [['holds', 'holds'], 'All 2 promises hold', 'holds'],
    [['holds', 'suspect'], '1 of 2 promises hold', 'suspect'],
    [['suspect', 'broken', 'holds'], '1 of 3 promises is broken', 'broken'],
    [['broken', 'broken'], '2 of 2 promises are broken', 'broken'],
  ] as const)('with lights %j: %s', (lights, headline, light) => {
    expect(promiseView(promises(...lights), nowMs)).toMatchObject({ headline, light })
    expect(promiseView(promises(...lights), nowMs).note).toMatch(/^read 4 s ago in 310 ms/)
  })

  it('tell what is broken before what is only suspected', () => {
    expect(promiseView(promises('suspect', 'holds', 'broken'), nowMs).troubles.map(({ number }) => number)).toEqual([
      3, 1,
    ])
  })

  it('are unknown before the first check', () => {
    expect(promiseView(undefined, nowMs).light).toBe('unknown')
  })
})

describe('a double click', () => {
  const [first, again] = [
    { status: 201, replayed: false },
    { status: 201, replayed: true },
  ]

  it.each([
    [[first, again, again], true, '1 committed, 2 replayed, byte for byte the same.'],
    [[first, again], false, '1 committed, 1 replayed.'],
    [[first, { status: 409, replayed: false }], true, '1 committed, 0 replayed, 1 answered 409.'],
    [[first, first], false, '2 committed, 0 replayed.'],
  ])('is told as it was: %#', (answers, isSameBytes, words) => {
    expect(doubleClickWords({ key: 'k', answers, isSameBytes })).toBe(words)
  })
})

describe('the plots', () => {
  const second = (at: string, committed: number, p50Ms?: number) => ({
    at,
    committed,
    replayed: 1,
    read: 0,
    errors: 0,
    ...(p50Ms !== undefined && { p50Ms, p99Ms: 2 * p50Ms }),
  })

  it('have a column per line, what matters most on top', () => {
    expect(throughputColumns([second('1970-01-01T00:00:10Z', 5)])).toEqual([[10], [0], [0], [1], [5]])
  })

  it('say in words what they show', () => {
    const seconds = [second('1970-01-01T00:00:10Z', 5, 620), second('1970-01-01T00:00:11Z', 3)]
    expect([throughputNow(seconds), latencyNow(seconds)]).toEqual(['5.0 per second', 'p50 620 ms, p99 1.2 s'])
    expect([throughputNow([]), latencyNow([])]).toEqual(['No request yet', 'No request yet'])
  })

  it.each([
    [0.4, '0.4 ms'],
    [12.6, '13 ms'],
    [2_949, '2.9 s'],
    [undefined, '–'],
  ])('write %j as %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })
})

describe('an address', () => {
  it.each(['a b', 'x/y', '%', '#', '<img src=x onerror=alert(1)>', '…'])('brings %j there and back', (detail) => {
    const place = { page: 'life', details: ['key', detail] }
    expect(readPlace(placeFragment(place))).toEqual(place)
  })

  it('that is damaged leads somewhere', () => {
    expect(readPlace('#life/%E0%A4%A')).toEqual({ page: 'life', details: [] })
    expect(readPlace('')).toEqual({ page: '', details: [] })
  })
})

describe('a row of buttons', () => {
  it.each([
    ['ArrowRight', 0, 1],
    ['ArrowDown', 29, 0],
    ['ArrowLeft', 0, 29],
    ['ArrowUp', 5, 4],
    ['Home', 17, 0],
    ['End', 17, 29],
    ['Tab', 3, undefined],
    ['Enter', 3, undefined],
  ])('is walked by keys: %s at %i leads to %s', (key, at, next) => {
    expect(nextInRow(key, at, 30)).toBe(next)
  })
})
