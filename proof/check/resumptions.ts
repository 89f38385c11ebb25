import { isResumed, isResumedBy, type Resumed } from '../../app/resumed-by.ts'
import { confirmedAfterMs } from '../../functions/reconcile-consumers/confirm-events.ts'
import { reconcileMinutes } from '../../infra/limits.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

/** What a queue has lost of a resumption is gone on with by then. */
const idleMsMax = confirmedAfterMs + 2 * 60_000 * reconcileMinutes

export const eachParkingIsResumedOnce: Invariant = {
  number: 32,
  promise:
    'Each parking is resumed at most once, and a resumption ends, and counts exactly the sagas that it resumed in the name of who asked.',
  violations(evidence) {
    return [...resumedTwice(evidence), ...wrongResumptions(evidence)]
  },
}

function resumes({ events }: Evidence): Resumed[] {
  return [...events.values()].flat().filter(isResumed)
}

function resumedTwice(evidence: Evidence): Violation[] {
  const byParking = Map.groupBy(resumes(evidence), ({ tenant, aggregate, data }) =>
    [tenant, aggregate.id, data.parkingId].join(' '),
  )
  return [...byParking.values()].flatMap(([first, ...others]) =>
    first && others.length > 0
      ? [
          {
            subject: `saga ${first.aggregate.id} of ${first.tenant}`,
            problem: `was resumed ${others.length + 1} times from the parking ${first.data.parkingId}`,
          },
        ]
      : [],
  )
}

function wrongResumptions(evidence: Evidence): Violation[] {
  const byTenant = Map.groupBy(resumes(evidence), ({ tenant }) => tenant)
  return evidence.resumptions.flatMap(({ pk, tenant, value: { id, resumed, requestedBy, finishedAt } }) => {
    const own = (byTenant.get(tenant) ?? []).filter((event) => isResumedBy(id, event))
    const found: Violation[] = []
    if (own.length !== resumed)
      found.push({ subject: pk, problem: `counts ${resumed} resumed sagas, but it has resumed ${own.length}` })
    const other = own.find(({ actor }) => actor !== requestedBy)
    if (other) found.push({ subject: pk, problem: `was asked for by ${requestedBy}, but ${other.actor} has resumed` })
    const newest = evidence.events.get(pk)?.at(-1)
    const idleMs = evidence.readAtMs - Date.parse(newest?.recordedAt ?? '')
    if (finishedAt === undefined && idleMs > idleMsMax)
      found.push({ subject: pk, problem: `has not ended, and has not gone on for ${Math.round(idleMs / 1_000)} s` })
    return found
  })
}
