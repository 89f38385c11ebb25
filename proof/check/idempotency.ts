import type { DomainEvent } from '../../domain/event.ts'
import { sha256 } from '../../tables/keys.ts'
import { isSuccess } from '../load/attempt.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'
import { subjectOf } from './tickets.ts'

const tokenWindowMs = 10 * 60_000

export const acknowledgedIsKept: Invariant = {
  number: 8,
  promise:
    'nothing acknowledged is lost: each stored answer has its event, each event its stored answer while keys last',
  violations(evidence) {
    const { requests, events, attempts } = evidence
    const found: Violation[] = []
    for (const { pk, is } of requests) {
      if (is.seq === undefined) continue
      const event = events.get(is.aggregate)?.find(({ seq }) => seq === is.seq)
      if (!event)
        found.push({ subject: pk, what: `was answered, but its event ${is.aggregate} ${is.seq} is not there` })
      else if (event.requestKeyHash !== sha256(pk))
        found.push({ subject: pk, what: 'was answered, but its event is of another request' })
    }
    const kept = answersByKey(evidence)
    for (const attempt of attempts.filter(isSuccess))
      if (!kept.has(nameOf(attempt)))
        found.push({ subject: `key ${attempt.key}`, what: 'was acknowledged, and nothing is stored of it' })
    return found
  },
}

export const oneEffectPerKey: Invariant = {
  number: 9,
  promise: 'within 24 hours, one effect per (tenant, operation, key)',
  violations({ events }) {
    return effectsPerRequest(events).flatMap(([, effects]) =>
      effects.length > 1 && spanMs(effects) <= 24 * 3_600_000
        ? [{ subject: effects.map(subjectOf).join(', '), what: 'come from one request' }]
        : [],
    )
  },
}

export const answersAreIdentical: Invariant = {
  number: 10,
  promise: 'every success answered for a key is byte-identical',
  violations(evidence) {
    const kept = answersByKey(evidence)
    const answered = Map.groupBy(evidence.attempts.filter(isSuccess), nameOf)
    return [...answered].flatMap(([key, successes]) => {
      const answers = new Set(successes.map(({ answer }) => answer))
      if (answers.size > 1) return [{ subject: `key ${key}`, what: `got ${answers.size} different answers` }]
      const body = successes[0]?.answer && JSON.parse(successes[0].answer).body
      const stored = kept.get(key)
      return stored && stored !== body
        ? [{ subject: `key ${key}`, what: 'got another answer than the stored one' }]
        : []
    })
  },
}

export const otherPayloadIsRefused: Invariant = {
  number: 11,
  promise: 'a key used for another payload is refused, with no effect',
  violations({ requests, events, attempts }) {
    const recorded = new Map(requests.map(({ pk, is }) => [sha256(pk), is]))
    const accepted = Map.groupBy(attempts.filter(isSuccess), nameOf)
    const mixed = [...accepted].flatMap(([key, successes]): Violation[] => {
      const asked = new Set(successes.flatMap(({ request }) => request ?? []))
      return asked.size > 1 ? [{ subject: `key ${key}`, what: `was accepted for ${asked.size} requests` }] : []
    })
    const effects = [...events].flatMap(([pk, history]) =>
      history.flatMap((event): Violation[] => {
        const record = event.requestKeyHash && recorded.get(event.requestKeyHash)
        if (!record || spanMs([event, { recordedAt: record.createdAt }]) > 24 * 3_600_000) return []
        const own = record.aggregate === pk && record.seq === event.seq
        return own ? [] : [{ subject: subjectOf(event), what: 'was made under a key that answers for another effect' }]
      }),
    )
    return [...mixed, ...effects]
  },
}

export const definiteFailureHasNoEffect: Invariant = {
  number: 12,
  promise: 'an acknowledged success is durable, a definite failure had no effect, an unknown outcome 0 or 1',
  violations(evidence) {
    const kept = answersByKey(evidence)
    const byKey = Map.groupBy(evidence.attempts, nameOf)
    return [...byKey].flatMap(([key, attempts]) => {
      const allRefused = attempts.every(
        ({ outcome, status, retryable }) => outcome === 'answered' && (status ?? 0) >= 400 && !retryable,
      )
      return allRefused && kept.has(key)
        ? [{ subject: `key ${key}`, what: 'was refused each time, yet took effect' }]
        : []
    })
  },
}

export const oneEffectPastTheWindows: Invariant = {
  number: 13,
  promise: "one effect also past DynamoDB's 10-minute token and SQS's 5-minute deduplication",
  violations({ events }) {
    const found: Violation[] = effectsPerRequest(events)
      .filter(
        ([, effects]) => effects.length > 1 && spanMs(effects) > tokenWindowMs && spanMs(effects) <= 24 * 3_600_000,
      )
      .map(([, effects]) => ({
        subject: effects.map(subjectOf).join(', '),
        what: 'come from one request, minutes apart',
      }))
    const ids = Map.groupBy([...events.values()].flat(), ({ id }) => id)
    for (const [id, same] of ids)
      if (same.length > 1) found.push({ subject: `event id ${id}`, what: `stands on ${same.length} events` })
    return found
  },
}

function effectsPerRequest(events: Evidence['events']): [string, DomainEvent[]][] {
  const made = [...events.values()].flat().filter(({ requestKeyHash }) => requestKeyHash)
  return [...Map.groupBy(made, ({ requestKeyHash }) => requestKeyHash ?? '')]
}

function spanMs(events: { recordedAt: string }[]): number {
  const times = events.map(({ recordedAt }) => Date.parse(recordedAt))
  return Math.max(...times) - Math.min(...times)
}

/**
 * Stored answers by the caller's key, which ends a request key's row key, alone and with its tenant. Keys of load runs are unique
 * across operations and tenants.
 */
function answersByKey({ requests }: Evidence): Map<string, string> {
  return new Map(
    requests.flatMap(({ pk, tenant, is }) => {
      const key = pk.slice(pk.lastIndexOf('#') + 1)
      return [key, `${tenant} ${key}`].map((name) => [name, is.answer.body] as const)
    }),
  )
}

function nameOf({ tenant, key }: Pick<Evidence['attempts'][0], 'tenant' | 'key'>): string {
  return tenant === undefined ? key : `${tenant} ${key}`
}
