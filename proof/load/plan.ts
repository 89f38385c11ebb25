import type { Status } from '../../domain/ticket-status.ts'
import { statusTransitions } from '../../domain/ticket-status.ts'
import type { Role } from '../../domain/user.ts'
import type { Conversation } from './conversation.ts'

/** A request of a load run. {@link ticketPlaceholder} in its path stands for the id of the ticket that its session opened. */
export interface PlannedRequest {
  /** The Idempotency-Key; unique in the run. */
  key: string
  tenant: string
  user: string
  role: Role
  method: 'POST' | 'PUT'
  path: string
  /** Method and route template; with tenant and key it identifies the stored request key. */
  operation: string
  body: unknown
}

/** Requests sent one after the other: the next is sent once the previous one is answered. */
export interface Session {
  name: string
  requests: PlannedRequest[]
}

export const ticketPlaceholder = '{ticketId}'

/** `unique` sessions of one request each, which opens a ticket. `run` makes the keys unique. */
export function ticketSessions(run: string, unique: number): Session[] {
  return Array.from({ length: unique }, (_, index) => {
    const tenant = `load-${index % 10}`
    const user = `customer-${index % 100}`
    const body = { title: `Load ${run} ${index}`, body: `Ticket ${index} of the load run ${run}.` }
    const key = `${run}-${index}`
    const request = {
      key,
      tenant,
      user,
      role: 'customer',
      method: 'POST',
      path: '/tickets',
      operation: 'POST /tickets',
      body,
    } as const
    return { name: key, requests: [request] }
  })
}

/** The addresses of every 25th conversation bounce, so that the run has sagas that compensate. */
const bounceEvery = 25

/**
 * Converts a conversation to a session. Its customers become users with an e-mail address each. The first message opens a ticket, the
 * later ones are its comments, in order. An agent who answers is assigned the ticket and sets it to `waiting_for_customer`; a customer's
 * reply sets it to `in_progress`. The ticket is resolved if the last message is an agent's.
 */
export function conversationSession(run: string, conversation: Conversation, index: number): Session {
  const { tenant, messages } = conversation
  const requests: PlannedRequest[] = []
  const admin = { tenant, user: `admin-${run}`, role: 'admin' } as const
  const add = (
    by: { tenant: string; user: string; role: Role },
    method: 'POST' | 'PUT',
    path: string,
    operation: string,
    body: unknown,
  ) => requests.push({ key: `${run}-${index}-${requests.length}`, ...by, method, path, operation, body })
  const person = (author: string) => {
    const role: Role = author.startsWith('agent') ? 'agent' : 'customer'
    // An agent works on many conversations of the tenant; a customer belongs to one.
    const user = role === 'agent' ? `${author}-${run}` : `${author}-${run}-${index}`
    return { tenant, user, role } as const
  }
  let status = 'open' as Status
  const changeStatus = (by: ReturnType<typeof person>, to: Status, reason: string) => {
    const allowed: readonly Status[] = statusTransitions[status]
    if (!allowed.includes(to)) return
    add(by, 'POST', `/tickets/${ticketPlaceholder}/transitions`, 'POST /tickets/{ticketId}/transitions', { to, reason })
    status = to
  }

  const customers = new Set(messages.map(({ author }) => author).filter((author) => author.startsWith('customer')))
  for (const { user, role } of [...customers].map(person)) {
    const domain = index % bounceEvery === 0 ? 'bounce.example.com' : 'example.com'
    add(admin, 'POST', '/users', 'POST /users', { id: user, role, email: `${user}@${domain}` })
  }
  const [opening, ...replies] = messages
  if (!opening) return { name: conversation.conversation ?? `${index}`, requests }
  add(person(opening.author), 'POST', '/tickets', 'POST /tickets', { title: titleOf(opening.text), body: opening.text })
  let agent: ReturnType<typeof person> | undefined
  for (const { author, text } of replies) {
    const by = person(author)
    if (by.role === 'agent' && agent?.user !== by.user) {
      agent = by
      add(by, 'PUT', `/tickets/${ticketPlaceholder}/assignee`, 'PUT /tickets/{ticketId}/assignee', { userId: by.user })
    }
    if (by.role === 'customer' && agent && status === 'waiting_for_customer')
      changeStatus(agent, 'in_progress', 'The customer replied')
    add(by, 'POST', `/tickets/${ticketPlaceholder}/comments`, 'POST /tickets/{ticketId}/comments', { body: text })
    if (by.role === 'agent') changeStatus(by, 'waiting_for_customer', 'Answered')
  }
  if (agent && messages.at(-1)?.author.startsWith('agent'))
    changeStatus(agent, 'resolved', 'The last message was an answer')
  return { name: conversation.conversation ?? `${index}`, requests }
}

/** The first line, cut to the maximum length of a title. */
function titleOf(text: string): string {
  const [line = text] = text.trim().split('\n')
  return [...line.trim()].slice(0, 200).join('') || 'Conversation'
}
