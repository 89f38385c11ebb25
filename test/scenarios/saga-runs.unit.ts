import { describe, expect, it } from 'vitest'
import type { Stored } from '../../proof/check/evidence.ts'
import { sagaRuns } from '../../scenarios/runner/recording/saga-runs.ts'
import type { Attempt, SagaRecord } from '../../tables/sagas.ts'

const second = (number: number) => `2026-01-01T00:00:${String(number).padStart(2, '0')}.000Z`

const attempt = (number: number, action: Attempt['action'], step: string, outcome: Attempt['outcome']): Attempt => ({
  ...{ step, action, outcome, startedAt: second(number), endedAt: second(number) },
})

const saga = (...timeline: Attempt[]) =>
  ({
    pk: 'saga',
    sk: 'SAGA',
    tenant: 'acme',
    value: { name: 'notification', timeline },
  }) as unknown as Stored<SagaRecord>

const begun = [attempt(1, 'do', 'budget', 'done'), attempt(2, 'do', 'notice', 'done')]
const back = [
  attempt(3, 'do', 'mail', 'failed'),
  attempt(4, 'do', 'mail', 'failed'),
  attempt(5, 'do', 'mail', 'refused'),
  attempt(6, 'undo', 'notice', 'undone'),
  attempt(7, 'undo', 'budget', 'undone'),
]

describe('what a saga did', () => {
  it('is told by its timeline: forward, and back when it had to go back', () => {
    expect(sagaRuns([], [saga(...begun, ...back)]).map(({ way, what }) => `${way}: ${what}`)).toEqual([
      'forward: budget, notice, mail failed ×2, mail refused',
      'back: undo notice, undo budget',
    ])
  })

  it('since an earlier look, is only what came after it', () => {
    const before = [saga(...begun)]
    expect(sagaRuns(before, [saga(...begun, ...back.slice(2, 3))])).toEqual([
      { saga: 'notification', way: 'forward', what: 'mail refused', atMs: Date.parse(second(5)) },
    ])
    expect(sagaRuns(before, before)).toEqual([])
    expect(sagaRuns([saga(...back.slice(0, 1))], [saga(...back.slice(0, 2))]).map(({ what }) => what)).toEqual([
      'mail failed',
    ])
  })
})
