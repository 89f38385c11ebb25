import { describe, expect, it } from 'vitest'
import type { Stored } from '../../proof/check/evidence.ts'
import { sagaRuns } from '../../scenarios/runner/recording/saga-runs.ts'
import type { Attempt, SagaRecord } from '../../tables/sagas.ts'

const atSecond = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`

const attempt = (second: number, action: Attempt['action'], step: string, outcome: Attempt['outcome']): Attempt => ({
  step,
  action,
  outcome,
  startedAt: atSecond(second),
  endedAt: atSecond(second),
})

const sagaWith = (...timeline: Attempt[]) =>
  ({
    pk: 'saga',
    sk: 'SAGA',
    tenant: 'acme',
    value: { name: 'notification', timeline },
  }) as unknown as Stored<SagaRecord>

const beginning = [attempt(1, 'do', 'budget', 'done'), attempt(2, 'do', 'notice', 'done')]
const firstFailure = attempt(3, 'do', 'mail', 'failed')
const secondFailure = attempt(4, 'do', 'mail', 'failed')
const refusal = attempt(5, 'do', 'mail', 'refused')
const undos = [attempt(6, 'undo', 'notice', 'undone'), attempt(7, 'undo', 'budget', 'undone')]

describe('the runs of a saga', () => {
  it('are one forward run, and one compensation if it compensated', () => {
    const saga = sagaWith(...beginning, firstFailure, secondFailure, refusal, ...undos)
    expect(sagaRuns([], [saga]).map(({ direction, steps }) => `${direction}: ${steps}`)).toEqual([
      'forward: budget, notice, mail failed ×2, mail refused',
      'compensation: undo notice, undo budget',
    ])
  })

  it('contain only the attempts since the earlier reading', () => {
    const before = [sagaWith(...beginning)]
    expect(sagaRuns(before, [sagaWith(...beginning, refusal)])).toEqual([
      { saga: 'notification', direction: 'forward', steps: 'mail refused', atMs: Date.parse(atSecond(5)) },
    ])
    expect(sagaRuns(before, before)).toEqual([])
    const afterOneFailure = [sagaWith(firstFailure)]
    const afterTwoFailures = [sagaWith(firstFailure, secondFailure)]
    expect(sagaRuns(afterOneFailure, afterTwoFailures).map(({ steps }) => steps)).toEqual(['mail failed'])
  })
})
