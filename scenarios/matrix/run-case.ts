import type { RequestAttempt } from '../../proof/load/attempt.ts'
import { findTimelineProblems, outcomeOf } from '../../proof/outcomes/matrix.ts'
import type { Target } from '../../proof/target.ts'
import { hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import type { FaultClient } from '../runner/context/fault-client.ts'
import { person } from '../runner/context/person.ts'
import type { Case } from './case.ts'
import type { Endpoints } from './endpoint.ts'
import { faultInjection } from './inject.ts'
import type { SagaWatch } from './saga-watch.ts'
import { storyOf } from './stories.ts'

export interface CaseDeps {
  target: Target
  faults: FaultClient
  endpoints: Endpoints
  watch: SagaWatch
  /** Where what clients were told is kept, for the checker. */
  attempts: RequestAttempt[]
}

/** What became of one case. */
export interface Seen {
  case: Case
  end: string
  /** What should not be. */
  problems: string[]
  saga: SagaRecord | undefined
  /** How often an operator resumed it. */
  parkings: number
  tookMs: number
}

/** More than one way to be parked can be met on one way to an end, but not many. */
const parkingsMax = 3

/** Plays one case to its end. Parked, it is mended, and an operator resumes it, by two clicks with one key. Never rejects. */
export async function runCase(one: Case, deps: CaseDeps): Promise<Seen> {
  const startedAtMs = performance.now()
  const took = () => ({ case: one, tookMs: performance.now() - startedAtMs })
  try {
    return { ...(await play(one, deps)), ...took() }
  } catch (error) {
    return { end: 'none', problems: [(error as Error).message], saga: undefined, parkings: 0, ...took() }
  }
}

async function play(
  one: Case,
  { target, faults, endpoints, watch, attempts }: CaseDeps,
): Promise<Omit<Seen, 'case' | 'tookMs'>> {
  const { tenant, injected, harness } = one
  const record = { exchanges: [], attempts }
  const admin = person(target, { tenant, user: 'root', role: 'admin' }, record)
  const carla = person(target, { tenant, user: 'carla', role: 'customer' }, record)
  const inject = faultInjection(one, { faults, endpoints })
  const story = storyOf(one, { admin, carla, endpoints, watch })
  await story.prepare()
  await inject.begin()
  try {
    await story.play()
    const problems: string[] = []
    const resumed: string[] = []
    for (;;) {
      const last = resumed.at(-1)
      const saga = await watch.until(
        { tenant, name: harness.saga.name },
        (each) => hasEnded(each) || (each.parking?.id ?? last) !== last,
      )
      const timesInjected = await inject.mend()
      if (hasEnded(saga)) {
        const outcome = { injected, timesInjected, parkings: resumed.length, saga }
        problems.push(...findTimelineProblems(harness, outcome))
        return { end: outcomeOf(outcome), problems, saga, parkings: resumed.length }
      }
      const parkingId = String(saga.parking?.id)
      if (resumed.push(parkingId) > parkingsMax) throw new Error('it is parked again and again')
      const key = crypto.randomUUID()
      const resume = () => admin.sendUntilAnswered('POST', `/sagas/${saga.id}/resume`, { parkingId }, key)
      const [first, second] = [await resume(), await resume()]
      if (first.status !== 200) problems.push(`its resume was answered ${first.status}: ${first.text}`)
      if (!second.replayed || second.text !== first.text)
        problems.push('its second resume was not the first one replayed')
    }
  } finally {
    await inject.mend()
  }
}
