import type { Status } from '../../domain/ticket-status.ts'
import { statusTransitions } from '../../domain/ticket-status.ts'
import type { Role } from '../../domain/user.ts'
import type { Conversation } from './conversation.ts'

/** One request of a load run: who sends what. `ticket` in the path stands for the id that the chain's first answer gave. */
export interface PlannedRequest {
  /** Also its Idempotency-Key; unique in the run. */
  key: string
  tenant: string
  user: string
  role: Role
  method: 'POST' | 'PUT'
  path: string
  /** Route template: with tenant and key, what a request key belongs to. */
  operation: string
  body: unknown
}

/** Requests that must follow each other: the next is sent when the one before was answered. */
export interface Chain {
  name: string
  requests: PlannedRequest[]
}

export const ticketPlaceholder = '{ticketId}'

/** `unique` requests that each open a ticket, in as many chains. */
export function openTickets(run: string, unique: number): Chain[] {
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

/** Every 25th customer's address bounces, so that a run has sagas to compensate. */
const bounceEvery = 25

/**
 * A conversation as requests: its customers become users with an address each, the first message opens a ticket, later ones are
 * comments in their order; an agent who answers takes the ticket and waits for the customer, and a customer's reply puts it back
 * in progress; a conversation that an agent ends is resolved.
 */
export function playConversation(run: string, conversation: Conversation, index: number): Chain {
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
    // Agents serve many conversations of their tenant; a customer is one conversation's.
    const user = role === 'agent' ? `${author}-${run}` : `${author}-${run}-${index}`
    return { tenant, user, role } as const
  }
  let status = 'open' as Status
  const move = (by: ReturnType<typeof person>, to: Status, reason: string) => {
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
      move(agent, 'in_progress', 'The customer replied')
    add(by, 'POST', `/tickets/${ticketPlaceholder}/comments`, 'POST /tickets/{ticketId}/comments', { body: text })
    if (by.role === 'agent') move(by, 'waiting_for_customer', 'Answered')
  }
  if (agent && messages.at(-1)?.author.startsWith('agent')) move(agent, 'resolved', 'The last word was the answer')
  return { name: conversation.conversation ?? `${index}`, requests }
}

/** The first line, cut to what a title may have. */
function titleOf(text: string): string {
  const [line = text] = text.trim().split('\n')
  return [...line.trim()].slice(0, 200).join('') || 'Conversation'
}
