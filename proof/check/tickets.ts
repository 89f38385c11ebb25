import { foldTicket } from '../../domain/fold-ticket.ts'
import { mayFollow } from '../../domain/ticket-status.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

export const statesAreReachable: Invariant = {
  number: 1,
  promise:
    'every stored state is reachable: rows are what their tables keep, statuses follow the transition table, references hold',
  violations({ unreadable, events, tickets, messages, followers, users, emails }) {
    const found: Violation[] = unreadable.map(({ subject, why }) => ({ subject, what: `can't be read: ${why}` }))
    for (const event of [...events.values()].flat()) {
      if (event.type !== 'ticket.status_changed') continue
      const { from, to } = event.data
      if (!mayFollow(from, to))
        found.push({ subject: subjectOf(event), what: `went from ${from} to ${to}, which is not allowed` })
    }
    const headers = new Set(tickets.map(({ pk }) => pk))
    for (const { pk, sk } of [...messages, ...followers])
      if (!headers.has(pk)) found.push({ subject: `${pk} ${sk}`, what: 'has no ticket' })
    const people = new Map(users.map(({ pk, is }) => [pk, is]))
    const knows = (tenant: string, id: string) => people.has(aggregateKey(tenant, { type: 'user', id }))
    for (const { pk, tenant, is } of tickets) {
      if (!knows(tenant, is.requester)) found.push({ subject: pk, what: `has an unknown requester, ${is.requester}` })
      if (is.assignee && !knows(tenant, is.assignee))
        found.push({ subject: pk, what: `has an unknown assignee, ${is.assignee}` })
    }
    for (const { pk, tenant, is } of emails)
      if (!knows(tenant, is.userId)) found.push({ subject: pk, what: `belongs to an unknown user, ${is.userId}` })
    const addresses = Map.groupBy(
      users.filter(({ is }) => is.email),
      ({ tenant, is }) => `${tenant} ${is.email?.toLowerCase()}`,
    )
    for (const [address, owners] of addresses)
      if (owners.length > 1) found.push({ subject: address, what: `is the e-mail address of ${owners.length} users` })
    return found
  },
}

export const versionsGrowByOne: Invariant = {
  number: 2,
  promise: 'a version grows by exactly 1 with each commit',
  violations({ events }) {
    return [...events].flatMap(([pk, history]) =>
      history.flatMap(({ seq }, index) =>
        seq === index + 1 ? [] : [{ subject: pk, what: `has event ${seq} where ${index + 1} should be` }],
      ),
    )
  },
}

export const historyEqualsHeader: Invariant = {
  number: 3,
  promise: "the fold of a ticket's events equals its header's facts and its followers",
  violations({ tickets, events, followers }) {
    const followersOf = Map.groupBy(followers, ({ pk }) => pk)
    return tickets.flatMap(({ pk, is: ticket }): Violation[] => {
      const history = events.get(pk)
      if (!history) return []
      try {
        const facts = foldTicket(history)
        const { id: _, title: __, ...header } = ticket
        const stored = { ...header, followers: (followersOf.get(pk) ?? []).map(({ is }) => is.userId).toSorted() }
        const told = { ...facts, followers: facts?.followers.toSorted() }
        const differing = [...new Set([...Object.keys(stored), ...Object.keys(told)])].filter(
          (name) =>
            JSON.stringify(stored[name as keyof typeof stored]) !== JSON.stringify(told[name as keyof typeof told]),
        )
        return differing.map((name) => ({ subject: pk, what: `has another ${name} than its events tell` }))
      } catch (error) {
        return [{ subject: pk, what: `has events that can't be folded: ${(error as Error).message}` }]
      }
    })
  },
}

export const closedChangesByReopening: Invariant = {
  number: 4,
  promise: 'a closed ticket changes only by being reopened',
  violations({ events }) {
    return [...events.values()].flatMap((history) =>
      history.flatMap((event, index): Violation[] => {
        const before = history[index - 1]
        const closed = before?.type === 'ticket.status_changed' && before.data.to === 'closed'
        const reopened = event.type === 'ticket.status_changed' && event.data.to === 'open'
        return closed && !reopened ? [{ subject: subjectOf(event), what: `is ${event.type} on a closed ticket` }] : []
      }),
    )
  },
}

export const versionExistsIffEvent: Invariant = {
  number: 5,
  promise: 'version v exists exactly when event v exists',
  violations({ tickets, users, settings, sagas, events }) {
    const found: Violation[] = []
    const versions = new Map([...tickets, ...users, ...settings, ...sagas].map(({ pk, is }) => [pk, is.version]))
    for (const [pk, version] of versions) {
      const last = events.get(pk)?.at(-1)?.seq ?? 0
      if (last !== version) found.push({ subject: pk, what: `is at version ${version}, its last event is ${last}` })
    }
    for (const pk of events.keys()) if (!versions.has(pk)) found.push({ subject: pk, what: 'has events and no row' })
    return found
  },
}

export function subjectOf(event: {
  tenant: string
  aggregate: Evidence['outbox'][0]['is']['aggregate']
  seq: number
}): string {
  return `${aggregateKey(event.tenant, event.aggregate)} event ${event.seq}`
}
