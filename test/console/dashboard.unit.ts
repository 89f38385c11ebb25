import { describe, expect, it } from 'vitest'
import { meanWords, sagaTallies, slaWords, staleWords, tally } from '../../console/api-console/dashboard-view.ts'
import type { SagaSummary } from '../../console/wire-saga.ts'

const minutes = 60_000

function saga(state: SagaSummary['state'], more: Partial<SagaSummary> = {}): SagaSummary {
  const base = {
    id: 's1',
    name: 'notification',
    generation: 1,
    startedAt: '2026-01-02T03:04:05.000Z',
    correlationId: 'c1',
  }
  return { ...base, state, attempts: 0, ...more }
}

const attempt = (outcome: 'failed' | 'waiting') =>
  ({ step: 'mail', action: 'do', outcome, startedAt: '', endedAt: '' }) as const

describe('the dashboard of operators', () => {
  it('counts each saga once, and what needs somebody first', () => {
    const sagas = [
      saga('running', { lastAttempt: attempt('failed') }),
      saga('running', { lastAttempt: attempt('waiting') }),
      saga('running', { lastAttempt: attempt('failed'), heldFor: 'mail' }),
      saga('parked'),
      saga('parked'),
      saga('pending'),
    ]
    expect(sagaTallies(sagas).map(({ name, count }) => [name, count])).toEqual([
      ['parked', 2],
      ['failing', 1],
      ['held', 1],
      ['running', 1],
      ['pending', 1],
    ])
  })

  it('colours only what there is', () => {
    expect(sagaTallies([]).map(({ tone }) => tone)).toEqual(Array(5).fill('plain'))
    expect([tally('blocked', 0, 'problem').tone, tally('blocked', 1, 'problem').tone]).toEqual(['plain', 'problem'])
  })

  it.each([
    ['', ''],
    ['behind', 'Changes of the last moments are not in it yet.'],
    [
      'blocked, behind',
      'Changes of a ticket can’t be applied: see what is blocked. Changes of the last moments are not in it yet.',
    ],
    ['incomplete', 'What happened before is still being added.'],
    ['torn', 'It may lack something: torn.'],
    ['constructor', 'It may lack something: constructor.'],
  ])('says of a view whose X-View-Stale is %j: %j', (header, words) => {
    expect(staleWords(header)).toBe(words)
  })

  it.each([
    ['a first answer is due', 40 * minutes, 300 * minutes, 'first answer within 40 min'],
    ['a first answer is late', -90 * minutes, 300 * minutes, 'first answer overdue by 1 h 30 min'],
    ['it was answered', null, 125 * minutes, 'resolution within 2 h 5 min'],
    ['both were done', null, null, ''],
  ])('says what the SLA leaves when %s', (_when, first, resolution, words) => {
    expect(slaWords({ sla: { firstAnswer: { leftMs: first }, resolution: { leftMs: resolution } } })).toBe(words)
  })

  it('says nothing of an SLA without a policy, and no mean of nothing', () => {
    expect([slaWords({ sla: null }), meanWords(null), meanWords(0), meanWords(754)]).toEqual([
      '',
      '–',
      'under 1 s',
      '12 min',
    ])
  })
})
