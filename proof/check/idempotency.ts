import type { DomainEvent } from '../../domain/event.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import { isSuccess, type RequestAttempt } from '../load/attempt.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'
import { formatEvent } from './tickets.ts'

/** How long DynamoDB remembers a `ClientRequestToken`; longer than SQS FIFO deduplicates (5 minutes). */
const tokenWindowMs = 10 * 60_000

const keyLifetimeMs = 24 * 3_600_000

export const acknowledgedWritesAreKept: Invariant = {
  number: 8,
  promise:
    'Nothing acknowledged is lost: every stored answer has its event, and every success that a client received has its stored answer.',
  violations(evidence) {
    const { requests, events, attempts, readAtMs } = evidence
    const found: Violation[] = []
    for (const { pk, value: request } of requests) {
      if (request.seq === undefined) continue
      const event = events.get(request.aggregate)?.find(({ seq }) => seq === request.seq)
      if (!event)
        found.push({
          subject: pk,
          problem: `was answered, but its event ${request.seq} of ${request.aggregate} does not exist`,
        })
      else if (event.requestKeyHash !== sha256Hex(pk))
        found.push({ subject: pk, problem: 'was answered, but its event was made by another request' })
    }
    const storedBodies = storedBodiesByKey(evidence)
    for (const attempt of attempts.filter(isSuccess))
      if (!storedBodies.has(keyOf(attempt)) && readAtMs - attempt.startedAtMs < keyLifetimeMs)
        found.push({ subject: `key ${attempt.key}`, problem: 'was acknowledged, but no answer is stored for it' })
    return found
  },
}

export const oneEffectPerKey: Invariant = {
  number: 9,
  promise: 'Within 24 hours, a (tenant, operation, key) has at most one effect.',
  violations({ events }) {
    return repeatedEffects(events).map((effects) => {
      return { subject: effects.map(formatEvent).join(', '), problem: 'were made by the same request' }
    })
  },
}

export const answersAreIdentical: Invariant = {
  number: 10,
  promise: 'Every success answered for a key is byte-identical.',
  violations(evidence) {
    const storedBodies = storedBodiesByKey(evidence)
    const successesByKey = Map.groupBy(evidence.attempts.filter(isSuccess), keyOf)
    return [...successesByKey].flatMap(([key, successes]) => {
      const answers = new Set(successes.map(({ answer }) => answer))
      if (answers.size > 1) return [{ subject: `key ${key}`, problem: `got ${answers.size} different answers` }]
      const body = successes[0]?.answer && JSON.parse(successes[0].answer).body
      const storedBody = storedBodies.get(key)
      return storedBody && storedBody !== body
        ? [{ subject: `key ${key}`, problem: 'got an answer that differs from the stored one' }]
        : []
    })
  },
}

export const reusedKeysAreRefused: Invariant = {
  number: 11,
  promise: 'A key that is reused with another payload is refused, and the request has no effect.',
  violations(evidence) {
    return [...keysAcceptedForSeveralRequests(evidence), ...effectsOfReusedKeys(evidence)]
  },
}

function keysAcceptedForSeveralRequests({ attempts }: Evidence): Violation[] {
  return [...Map.groupBy(attempts.filter(isSuccess), keyOf)].flatMap(([key, successes]) => {
    const requests = new Set(successes.flatMap(({ request }) => request ?? []))
    return requests.size > 1
      ? [{ subject: `key ${key}`, problem: `was accepted for ${requests.size} different requests` }]
      : []
  })
}

function effectsOfReusedKeys({ requests, events }: Evidence): Violation[] {
  const requestsByHash = new Map(requests.map(({ pk, value }) => [sha256Hex(pk), value]))
  return [...events].flatMap(([pk, history]) =>
    history.flatMap((event): Violation[] => {
      const request = event.requestKeyHash && requestsByHash.get(event.requestKeyHash)
      if (!request || spanMs([event, { recordedAt: request.createdAt }]) > keyLifetimeMs) return []
      const isItsEffect = request.aggregate === pk && request.seq === event.seq
      return isItsEffect
        ? []
        : [{ subject: formatEvent(event), problem: 'was made under a key whose stored answer is for another effect' }]
    }),
  )
}

export const definiteFailuresHaveNoEffect: Invariant = {
  number: 12,
  promise:
    'An acknowledged success is durable, a definite failure had no effect, and an unknown outcome had at most one.',
  violations(evidence) {
    const storedBodies = storedBodiesByKey(evidence)
    const attemptsByKey = Map.groupBy(evidence.attempts, keyOf)
    return [...attemptsByKey].flatMap(([key, attempts]) => {
      const allRefused = attempts.every(
        ({ outcome, status, retryable }) => outcome === 'answered' && (status ?? 0) >= 400 && !retryable,
      )
      return allRefused && storedBodies.has(key)
        ? [{ subject: `key ${key}`, problem: 'was refused every time, but took effect' }]
        : []
    })
  },
}

export const oneEffectPastDeduplication: Invariant = {
  number: 13,
  promise:
    "A request still has one effect when it is repeated after DynamoDB's 10-minute token window and SQS's 5-minute deduplication window.",
  violations({ events }) {
    const repeated: Violation[] = repeatedEffects(events)
      .filter((effects) => spanMs(effects) > tokenWindowMs)
      .map((effects) => ({
        subject: effects.map(formatEvent).join(', '),
        problem: 'were made by the same request, more than 10 minutes apart',
      }))
    const eventsById = Map.groupBy([...events.values()].flat(), ({ id }) => id)
    const sharedIds = [...eventsById].flatMap(([id, same]) =>
      same.length > 1 ? [{ subject: `event id ${id}`, problem: `belongs to ${same.length} events` }] : [],
    )
    return [...repeated, ...sharedIds]
  },
}

/** The events that a request made although it had made one within 24 hours before, together with that one. Later, its key is free again. */
function repeatedEffects(events: Evidence['events']): DomainEvent[][] {
  const made = [...events.values()].flat().filter(({ requestKeyHash }) => requestKeyHash)
  const madeAgain = [...Map.groupBy(made, ({ requestKeyHash }) => requestKeyHash).values()].filter(isSeveral)
  return madeAgain.flatMap(splitByLifetime).filter(isSeveral)
}

const isSeveral = ({ length }: readonly unknown[]) => length > 1

/** Events in order of time, apart where more than the lifetime of a key is between two. */
function splitByLifetime(effects: readonly DomainEvent[]): DomainEvent[][] {
  const parts: DomainEvent[][] = []
  for (const effect of effects.toSorted((a, b) => Date.parse(a.recordedAt) - Date.parse(b.recordedAt))) {
    const part = parts.at(-1)
    const previous = part?.at(-1)
    if (part && previous && spanMs([previous, effect]) <= keyLifetimeMs) part.push(effect)
    else parts.push([effect])
  }
  return parts
}

function spanMs(events: { recordedAt: string }[]): number {
  const times = events.map(({ recordedAt }) => Date.parse(recordedAt))
  return Math.max(...times) - Math.min(...times)
}

/**
 * The body of each stored answer by the caller's key, which is the end of the row's partition key; listed without and with its tenant.
 * The keys of a load run are unique across operations and tenants.
 */
function storedBodiesByKey({ requests }: Evidence): Map<string, string> {
  return new Map(
    requests.flatMap(({ pk, tenant, value }) => {
      const key = pk.slice(pk.lastIndexOf('#') + 1)
      return [key, keyOf({ tenant, key })].map((name) => [name, value.answer.body] as const)
    }),
  )
}

/** The key of a request, with its tenant where the attempt names one. */
function keyOf({ tenant, key }: Pick<RequestAttempt, 'tenant' | 'key'>): string {
  return tenant === undefined ? key : `${tenant} ${key}`
}
