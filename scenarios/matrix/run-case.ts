import type { RequestAttempt } from '../../proof/load/attempt.ts'
import { findTimelineProblems, outcomeOf } from '../../proof/outcomes/matrix.ts'
import type { Target } from '../../proof/target.ts'
import { hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import type { FaultClient } from '../runner/context/fault-client.ts'
import { type Person, person } from '../runner/context/person.ts'
import type { MatrixCase } from './case.ts'
import { caseFault } from './case-fault.ts'
import type { Endpoints } from './endpoints.ts'
import type { SagaPoller } from './saga-poller.ts'
import { sagaTrigger } from './triggers.ts'

export interface CaseDeps {
  target: Target
  faults: FaultClient
  endpoints: Endpoints
  poller: SagaPoller
  /** Receives every request attempt, for the checker. */
  attempts: RequestAttempt[]
}

export interface CaseResult {
  case: MatrixCase
  /** How the saga ended, in words, such as `parked, then completed`; `none` when it did not. */
  outcome: string
  problems: string[]
  saga: SagaRecord | undefined
}

/** A saga may be parked more than once on its way to its end, but not often. */
const parkingsMax = 3

/**
 * Runs one case to the end of its saga. When the saga is parked, the fault is removed, and an operator resumes the saga by two requests
 * with one key. Never rejects.
 */
export async function runCase(testCase: MatrixCase, deps: CaseDeps): Promise<CaseResult> {
  try {
    return { case: testCase, ...(await runToEnd(testCase, deps)) }
  } catch (error) {
    return { case: testCase, outcome: 'none', problems: [(error as Error).message], saga: undefined }
  }
}

async function runToEnd(
  testCase: MatrixCase,
  { target, faults, endpoints, poller, attempts }: CaseDeps,
): Promise<Omit<CaseResult, 'case'>> {
  const { tenant, injected, harness } = testCase
  const recording = { exchanges: [], attempts, viewReads: [] }
  const admin = person(target, { tenant, user: 'root', role: 'admin' }, recording)
  const customer = person(target, { tenant, user: 'carla', role: 'customer' }, recording)
  const fault = caseFault(testCase, { faults, endpoints })
  const trigger = sagaTrigger(testCase, { admin, customer, endpoints, poller, faults })
  await trigger.prepare()
  await fault.inject()
  try {
    await trigger.start()
    const problems: string[] = []
    const parkingIds: string[] = []
    for (;;) {
      const lastParking = parkingIds.at(-1)
      const saga = await poller.waitFor(
        { tenant, name: harness.saga.name },
        (current) => hasEnded(current) || (current.parking?.id ?? lastParking) !== lastParking,
      )
      const timesInjected = await fault.remove()
      if (hasEnded(saga)) {
        const result = { injected, timesInjected, parkings: parkingIds.length, saga }
        problems.push(...findTimelineProblems(harness, result))
        return { outcome: outcomeOf(result), problems, saga }
      }
      const parkingId = String(saga.parking?.id)
      if (parkingIds.push(parkingId) > parkingsMax) throw new Error(`it was parked more than ${parkingsMax} times`)
      problems.push(...(await resumeTwice(admin, saga.id, parkingId)))
    }
  } finally {
    await fault.remove()
  }
}

/** Resumes a parked saga by two requests with one key, and returns what is wrong with their answers. */
async function resumeTwice(admin: Person, sagaId: string, parkingId: string): Promise<string[]> {
  const key = crypto.randomUUID()
  const resume = () => admin.sendUntilAnswered('POST', `/sagas/${sagaId}/resume`, { parkingId }, key)
  const [first, second] = [await resume(), await resume()]
  return [
    ...(first.status === 200 ? [] : [`its resume was answered ${first.status}: ${first.text}`]),
    ...(second.replayed && second.text === first.text ? [] : ['its second resume was not answered as a replay']),
  ]
}
