import { describe, expect, it } from 'vitest'
import { scenarios } from '../../scenarios/all.ts'
import type { Arrow } from '../../scenarios/runner/picture/arrows.ts'
import {
  guardedVerdict,
  playableScenario,
  playedStep,
  unguardedVerdict,
} from '../../scenarios/runner/report/played-scenario.ts'
import type { ScenarioResult } from '../../scenarios/runner/run-scenario.ts'

const arrow = (from: string, to: string, more: Partial<Arrow> = {}): Arrow => ({
  from,
  to,
  message: 'asks',
  outcome: '',
  times: 1,
  ...more,
})
const step = {
  do: 'Carla asks.',
  shows: 'It is answered.',
  without: 'Nothing comes.',
  notes: ['one'],
  wire: [],
  rows: [],
  picture: [arrow('API', 'DynamoDB', { times: 2, fault: 'lost' }), arrow('carla', 'API')],
}

describe('a played step', () => {
  it('tells what it shows with the guard, and only what is missing without it', () => {
    expect(playedStep(step, true)).toMatchObject({ does: 'Carla asks.', shows: 'It is answered.' })
    const unguarded = playedStep(step, false)
    expect([unguarded.shows, unguarded.without]).toEqual([undefined, 'Nothing comes.'])
  })

  it('has its participants in the order in which a request reaches them, people first', () => {
    const { participants, arrows } = playedStep(step, true)
    expect(participants).toEqual(['carla', 'API', 'DynamoDB'])
    expect(arrows[0]).toEqual({ from: 'API', to: 'DynamoDB', label: 'asks ×2 (fault: lost)', isHit: true })
  })
})

describe('a played verdict', () => {
  const result = {
    claims: [{ says: 'one ticket', holds: false, found: '2, not 1' }],
    faults: [],
    guard: 'the key',
    verdict: {
      holds: false,
      proven: [{ number: 9, promise: 'once' }],
      broken: ['the story stopped: timed out', 'one ticket: found 2, not 1', 'invariant 10: ticket t is doubled'],
      brokenInvariants: [10],
    },
    seconds: 1,
  } as unknown as ScenarioResult

  it('tells each thing that broke once: an invariant, a claim, and what else went wrong', () => {
    const { broken, problems, held } = guardedVerdict(result)
    expect(broken).toEqual([{ number: 10, promise: expect.stringMatching(/\S/) }])
    expect(problems).toEqual(['the story stopped: timed out'])
    expect(held).toEqual([{ number: 9, promise: 'once' }])
  })

  it.each([
    [{ isCaught: true, caughtBy: [10], missed: [] }, 'Broken without its guard: invariant 10 broke'],
    [{ isCaught: false, caughtBy: [], missed: [9, 10] }, 'Survived: invariants 9, 10 held'],
  ])('of a mutant says what caught it: %j', (caught, headline) => {
    expect(unguardedVerdict({ ...caught, result } as never).headline).toBe(headline)
  })

  it('thanks the guard when everything holds', () => {
    const verdict = { ...result.verdict, holds: true, broken: [], brokenInvariants: [] }
    expect(guardedVerdict({ ...result, verdict }).headline).toBe('Holds, thanks to the key')
  })
})

it('every scenario can be played, with its guard and without', () => {
  for (const { name, mutants } of scenarios.map(playableScenario))
    expect([name, mutants.length > 0]).toEqual([name, true])
})
