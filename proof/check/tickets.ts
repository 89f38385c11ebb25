import { causeOf, factsSetBy, statusChangeOf } from '../../domain/causes.ts'
import { factNames } from '../../domain/correctable-facts.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { headerDrift } from '../../domain/header-drift.ts'
import { isTransitionAllowed } from '../../domain/ticket-status.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { emailRow } from '../../tables/users.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'
import { messagesUnlikeEvents } from './messages.ts'
import { misplacedComments, policiesUnlikeEvents } from './times.ts'

export const statesAreReachable: Invariant = {
  number: 1,
  promise:
    "Every stored state is reachable: rows match their table's schema, status changes follow the transition table, a correction names the event that its ticket had the wrong facts from, references resolve, and an e-mail address has one owner in its tenant.",
  violations(evidence) {
    return [
      ...evidence.unreadable.map(({ subject, why }) => ({
        subject,
        problem: `does not match its table's schema: ${why}`,
      })),
      ...forbiddenTransitions(evidence),
      ...wrongCorrections(evidence),
      ...brokenReferences(evidence),
      ...sharedEmails(evidence),
      ...unguardedEmails(evidence),
    ]
  },
}

function forbiddenTransitions({ events }: Evidence): Violation[] {
  return [...events.values()].flat().flatMap((event) => {
    if (event.type !== 'ticket.status_changed') return []
    const { from, to } = event.data
    return isTransitionAllowed(from, to)
      ? []
      : [
          {
            subject: formatEvent(event),
            problem: `changes the status from ${from} to ${to}, which the transition table does not allow`,
          },
        ]
  })
}

function wrongCorrections({ events }: Evidence): Violation[] {
  return [...events.values()].flatMap((history) =>
    history.flatMap((event, index): Violation[] => {
      if (event.type !== 'ticket.corrected') return []
      const { corrects, from, to } = event.data
      const problems = factNames.flatMap((fact) => {
        if (to[fact] === undefined && from[fact] === undefined) return []
        const cause = causeOf(fact, history.slice(0, index))
        if (cause?.seq !== corrects.seq)
          return [`corrects the ${fact} of event ${corrects.seq}, but the ticket had it from event ${cause?.seq}`]
        if (to[fact] === undefined || from[fact] !== factsSetBy(cause)[fact])
          return [`corrects the ${fact}, but not the one that event ${corrects.seq} recorded`]
        return fact === 'status' && statusChangeOf(cause)?.from !== to.status
          ? [`sets the status to ${to.status}, which the ticket did not have before event ${corrects.seq}`]
          : []
      })
      return problems.map((problem) => ({ subject: formatEvent(event), problem }))
    }),
  )
}

function brokenReferences({ tickets, messages, followers, users, emails }: Evidence): Violation[] {
  const found: Violation[] = []
  const ticketPks = new Set(tickets.map(({ pk }) => pk))
  for (const { pk, sk } of [...messages, ...followers])
    if (!ticketPks.has(pk)) found.push({ subject: `${pk} ${sk}`, problem: 'belongs to a ticket that does not exist' })
  const userPks = new Set(users.map(({ pk }) => pk))
  const isUser = (tenant: string, id: string) => userPks.has(aggregateKey(tenant, { type: 'user', id }))
  for (const { pk, tenant, value: ticket } of tickets) {
    if (!isUser(tenant, ticket.requester))
      found.push({ subject: pk, problem: `has the requester ${ticket.requester}, who is not a user of the tenant` })
    if (ticket.assignee && !isUser(tenant, ticket.assignee))
      found.push({ subject: pk, problem: `has the assignee ${ticket.assignee}, who is not a user of the tenant` })
  }
  for (const { pk, tenant, value } of emails)
    if (!isUser(tenant, value.userId))
      found.push({ subject: pk, problem: `belongs to ${value.userId}, who is not a user of the tenant` })
  return found
}

function sharedEmails({ users }: Evidence): Violation[] {
  const ownersByEmail = Map.groupBy(
    users.filter(({ value }) => value.email),
    ({ tenant, value }) => `${tenant} ${value.email?.toLowerCase()}`,
  )
  return [...ownersByEmail].flatMap(([email, owners]) =>
    owners.length > 1 ? [{ subject: email, problem: `is the e-mail address of ${owners.length} users` }] : [],
  )
}

/** Users whose e-mail address another user could take, as its sentinel row is lost or names somebody else. */
function unguardedEmails({ users, emails }: Evidence): Violation[] {
  const owners = new Map(emails.map(({ pk, value }) => [pk, value.userId]))
  return users.flatMap(({ pk, tenant, value: { id, email } }): Violation[] => {
    if (email === undefined) return []
    const owner = owners.get(emailRow(tenant, email).key.pk)
    if (owner === id) return []
    const problem = `has an e-mail address that ${owner === undefined ? 'no row reserves' : `is reserved for ${owner}`}`
    return [{ subject: pk, problem }]
  })
}

export const versionsGrowByOne: Invariant = {
  number: 2,
  promise: "An aggregate's version grows by exactly 1 with each commit.",
  violations({ events }) {
    return [...events].flatMap(([pk, history]) =>
      history.flatMap(({ seq }, index) =>
        seq === index + 1 ? [] : [{ subject: pk, problem: `has event ${seq} in place of event ${index + 1}` }],
      ),
    )
  },
}

export const foldEqualsHeader: Invariant = {
  number: 3,
  promise:
    "The fold of events equals what is stored: a ticket's facts and followers, who wrote which of its texts and when, a tenant's SLA policies, and the time at which a late comment is listed.",
  violations(evidence) {
    return [
      ...ticketsUnlikeEvents(evidence),
      ...messagesUnlikeEvents(evidence),
      ...policiesUnlikeEvents(evidence),
      ...misplacedComments(evidence),
    ]
  },
}

function ticketsUnlikeEvents({ tickets, events, followers }: Evidence): Violation[] {
  const followersByTicket = Map.groupBy(followers, ({ pk }) => pk)
  return tickets.flatMap(({ pk, value: ticket }): Violation[] => {
    const history = events.get(pk)
    if (!history) return []
    const followerIds = (followersByTicket.get(pk) ?? []).map(({ value }) => value.userId)
    return headerDrift(ticket, followerIds, history).map((problem) => ({ subject: pk, problem }))
  })
}

export const closedTicketsOnlyReopen: Invariant = {
  number: 4,
  promise:
    'A closed ticket changes only by being reopened, by a correction, or when the system takes back a file in which malware was found.',
  violations({ events }) {
    return [...events.values()].flatMap((history) =>
      history
        .filter((event) => !takesBack(event) && !correctsOtherThanStatus(event))
        .flatMap((event, index, others): Violation[] => {
          const previous = others[index - 1]
          const wasClosed = previous && statusChangeOf(previous)?.to === 'closed'
          const reopens =
            event.type === 'ticket.corrected' || (event.type === 'ticket.status_changed' && event.data.to === 'open')
          return wasClosed && !reopens
            ? [{ subject: formatEvent(event), problem: `(${event.type}) changes a closed ticket without reopening it` }]
            : []
        }),
    )
  },
}

/**
 * Whether it is a correction that leaves the status as it is: one that does not may follow on a closed ticket, and then it is open again.
 */
function correctsOtherThanStatus(event: DomainEvent): boolean {
  return event.type === 'ticket.corrected' && event.data.to.status === undefined
}

/** Whether the system removes an infected file: what happens to closed tickets. */
function takesBack({ type, data }: DomainEvent): boolean {
  const isRemoval = type === 'ticket.attachment_removal_requested' || type === 'ticket.attachment_removed'
  return isRemoval && data.why === 'infected'
}

export const versionsMatchEvents: Invariant = {
  number: 5,
  promise: 'Version v of an aggregate exists if and only if its event v exists.',
  violations({ tickets, users, settings, sagas, slaPolicies, resumptions, redrives, events }) {
    const found: Violation[] = []
    const headers = [...tickets, ...users, ...settings, ...sagas, ...slaPolicies, ...resumptions, ...redrives]
    const versions = new Map(headers.map(({ pk, value }) => [pk, value.version]))
    for (const [pk, version] of versions) {
      const lastSeq = events.get(pk)?.at(-1)?.seq ?? 0
      if (lastSeq !== version)
        found.push({ subject: pk, problem: `is at version ${version}, but its last event is ${lastSeq}` })
    }
    for (const pk of events.keys())
      if (!versions.has(pk)) found.push({ subject: pk, problem: 'has events, but its row does not exist' })
    return found
  },
}

/** An event as a violation names it, such as `TENANT#acme#TICKET#1 event 3`. */
export function formatEvent({
  tenant,
  aggregate,
  seq,
}: {
  tenant: string
  aggregate: Evidence['outbox'][0]['value']['aggregate']
  seq: number
}): string {
  return `${aggregateKey(tenant, aggregate)} event ${seq}`
}
