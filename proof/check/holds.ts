import { releasesPerSecondMax } from '../../app/release-sagas.ts'
import { everythingIsHeld } from '../../domain/hold.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { httpTimeoutSeconds, reconcileMinutes, reconcileTimeoutSeconds } from '../../infra/limits.ts'
import { definitionOf } from '../../sagas/all.ts'
import { heldStepOf } from '../../sagas/phases.ts'
import { held } from '../../sagas/step-errors.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { type Attempt, hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import type { Evidence, Stored } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'
import { type HeldTime, stackHoldsOf, stackRowThatDisagrees } from './stack-holds.ts'

/** An upper bound of the skew between two functions' clocks. */
const skewMsMax = 10_000

/** When a hold is stored at the latest, after its event was built. */
const storedWithinMs = httpTimeoutSeconds * 1_000 + skewMsMax

/** How many sagas `reconcile-sagas` releases per second of a round at least: the rate, and the reads of each saga. */
const releasesPerSecondMin = releasesPerSecondMax / 2

export const heldIsNotCalled: Invariant = {
  number: 33,
  promise:
    'What an admin holds, or an operator with everything, is not called: sagas that need it wait, none is compensated for it, and none waits on once it is released.',
  violations(evidence) {
    const sagasByTenant = Map.groupBy(evidence.sagas, ({ tenant }) => tenant)
    const tenants = new Set([...evidence.settings.map(({ tenant }) => tenant), ...sagasByTenant.keys()])
    const everything = stackHoldsOf(evidence).map((hold) => ({
      ...hold,
      fromMs: certainFrom(hold, evidence.sagas),
      letGoWithinMs: letGoWithinMs(hold, evidence),
    }))
    const ofTenants = [...tenants].flatMap((tenant) => {
      const sagas = sagasByTenant.get(tenant) ?? []
      const own = holdsOf(tenant, evidence)
      const waiting = sagas.filter(({ value }) => value.held && !hasEnded(value))
      const holds: JudgedHold[] = [
        ...own.map((hold) => ({
          ...hold,
          fromMs: certainFrom(hold, sagas),
          letGoWithinMs: (waiting.length / releasesPerSecondMax) * 1_000,
        })),
        ...everything,
      ]
      return [
        ...rowThatDisagrees(tenant, own, evidence),
        ...compensatedForAHold(sagas),
        ...waitingForNothing(waiting, holds, evidence.readAtMs),
        ...(holds.length > 0 ? calledWhileHeld(sagas, holds) : []),
      ]
    })
    return [...stackRowThatDisagrees(evidence), ...ofTenants]
  },
}

interface JudgedHold extends HeldTime {
  /** The time from which on a call is a violation. */
  fromMs: number
  /** The time that letting everybody go takes, beside two rounds of `reconcile-sagas`. */
  letGoWithinMs: number
}

type Sagas = readonly Stored<SagaRecord>[]

/**
 * `reconcile-sagas` alone releases what waited while everything was held, in the time that its rounds run: whoever of any
 * tenant has met it since it was put.
 */
function letGoWithinMs({ putAtMs }: HeldTime, { sagas, waitedElsewhere }: Evidence): number {
  const own = sagas.filter(({ value }) =>
    value.timeline.some((attempt) => isHeld(attempt) && Date.parse(attempt.endedAt) >= putAtMs),
  ).length
  const runningShare = reconcileTimeoutSeconds / (reconcileMinutes * 60)
  return ((own + (waitedElsewhere?.(putAtMs) ?? 0)) / releasesPerSecondMin / runningShare) * 1_000
}

function holdsOf(tenant: string, { events }: Evidence): HeldTime[] {
  const holds: HeldTime[] = []
  for (const event of events.get(aggregateKey(tenant, settingsOfTenant)) ?? []) {
    const recordedAtMs = Date.parse(event.recordedAt)
    if (event.type === 'settings.hold_put') holds.push({ dependency: event.data.dependency, putAtMs: recordedAtMs })
    if (event.type !== 'settings.hold_released') continue
    const last = holds.findLast(({ dependency }) => dependency === event.data.dependency)
    if (last && !last.released) last.released = { requestedAtMs: Date.parse(event.occurredAt), recordedAtMs }
  }
  return holds
}

/** The row that steps read holds what the events say. */
function rowThatDisagrees(tenant: string, holds: readonly HeldTime[], evidence: Evidence): Violation[] {
  const pk = aggregateKey(tenant, settingsOfTenant)
  const stored = evidence.holds.find((each) => each.pk === pk)
  const actual = namesOf(stored?.value.holds ?? [])
  const expected = namesOf(holds.filter(({ released }) => !released))
  return actual === expected
    ? []
    : [{ subject: pk, problem: `holds ${actual || 'nothing'}; by its events: ${expected || 'nothing'}` }]
}

const namesOf = (holds: readonly { dependency?: string }[]) => holds.map(({ dependency }) => dependency).join(', ')

function compensatedForAHold(sagas: Sagas): Violation[] {
  return sagas.flatMap(({ pk, value: { state, reason, timeline } }) => {
    const wait = timeline.findLast(isHeld)?.error?.message
    return state === 'compensated' && wait !== undefined && reason === wait
      ? [{ subject: pk, problem: `was compensated because ${wait}` }]
      : []
  })
}

/** Sagas that wait although nothing is held: once two rounds of `reconcile-sagas` have passed, and the time that the rate takes. */
function waitingForNothing(waiting: Sagas, holds: readonly JudgedHold[], readAtMs: number): Violation[] {
  return waiting.flatMap(({ pk, value }) => {
    const { dependency = '', since = '' } = value.held ?? {}
    const concerned = holds.filter((hold) => concerns(hold, dependency))
    if (concerned.some(({ released }) => !released)) return []
    const sinceMs = Math.max(Date.parse(since), ...concerned.map(({ released }) => released?.recordedAtMs ?? 0))
    const boundMs = 2 * reconcileMinutes * 60_000 + Math.max(0, ...concerned.map((hold) => hold.letGoWithinMs))
    return readAtMs - sinceMs <= boundMs
      ? []
      : [{ subject: pk, problem: `has waited for ${dependency} since ${since}, which is not held` }]
  })
}

function calledWhileHeld(sagas: Sagas, holds: readonly JudgedHold[]): Violation[] {
  const times = holds.map((hold) => ({
    ...hold,
    untilMs: (hold.released?.requestedAtMs ?? Number.POSITIVE_INFINITY) - skewMsMax,
  }))
  return sagas.flatMap(({ pk, value: saga }) => {
    const definition = definitionOf(saga)
    const step = definition && heldStepOf(definition)
    const needed = definition && step?.dependency?.(definition.input.parse(saga.input) as never)
    if (needed === undefined) return []
    return times
      .filter((hold) => concerns(hold, needed))
      .flatMap(({ fromMs, untilMs, dependency }) =>
        saga.timeline
          .filter((attempt) => attempt.step === step?.name && isCall(attempt))
          .filter(({ startedAt, endedAt }) => Date.parse(startedAt) > fromMs && Date.parse(endedAt) < untilMs)
          .map(({ startedAt }) => ({
            subject: pk,
            problem: `called ${needed} at ${startedAt}, while ${dependency === undefined ? 'everything' : 'it'} was held`,
          })),
      )
  })
}

const concerns = ({ dependency }: HeldTime, needed: string) => dependency === undefined || dependency === needed

/** The time from which on an attempt must have seen the hold: once one has, or once the request that put it is over for certain. */
function certainFrom({ dependency, putAtMs }: HeldTime, sagas: Sagas): number {
  const says = `: ${dependency === undefined ? everythingIsHeld : `${dependency} is held`}`
  let fromMs = putAtMs + storedWithinMs
  for (const { value } of sagas)
    for (const attempt of value.timeline) {
      const seenAtMs = Date.parse(attempt.endedAt)
      if (isHeld(attempt) && attempt.error?.message?.endsWith(says) && seenAtMs > putAtMs)
        fromMs = Math.min(fromMs, seenAtMs + skewMsMax)
    }
  return fromMs
}

const isHeld = ({ error }: Attempt) => error?.name === held

/** Ends of an attempt that asked what the step depends on. After a failure, nobody knows. */
const isCall = ({ action, outcome }: Attempt) =>
  action === 'do' && (outcome === 'done' || outcome === 'skipped' || outcome === 'given-up')
