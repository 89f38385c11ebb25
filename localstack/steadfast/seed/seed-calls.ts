import { createHash } from 'node:crypto'
import type { Seed } from './seed.ts'

/** What a request acts on, known once the ticket is created. */
export interface Target {
  ticketId?: string
}

/** One request to the API. */
export interface Call {
  /** Follows from the content: the same entry has the same key in every file and at every place. */
  key: string
  /** The user who sends it. */
  by: string
  /** Names the call in errors. */
  name: string
  isUser: boolean
  request(target: Target): string
  body: unknown
}

export interface TenantCalls {
  users: Call[]
  /** Each ticket with what happens to it, in this order: assignment, comments, transitions. */
  tickets: { open: Call; changes: Call[] }[]
}

/** The requests that create a tenant's part of a seed. */
export function callsOf({ tenant, users, tickets }: Seed['tenants'][number]): TenantCalls {
  const admin = users.find(({ role }) => role === 'admin')?.id ?? ''
  const key = countedKeys()
  return {
    users: users.map((user) => ({
      key: key('user', tenant, user.id),
      by: admin,
      name: `user ${user.id} of ${tenant}`,
      isUser: true,
      request: () => 'POST /users',
      body: user,
    })),
    tickets: tickets.map(({ by, assignee, comments, transitions, ...ticket }) => {
      const own = key('ticket', tenant, by, ticket.title, ticket.body, ticket.priority ?? '')
      const name = `ticket "${ticket.title}" of ${tenant}`
      const change = (part: string, more: Pick<Call, 'key' | 'by' | 'body'>, call: string): Call => ({
        ...more,
        name: `${part} of ${name}`,
        isUser: false,
        request: ({ ticketId }) => call.replace('{ticketId}', ticketId ?? ''),
      })
      return {
        open: { key: own, by, name, isUser: false, request: () => 'POST /tickets', body: ticket },
        changes: [
          ...(assignee === undefined
            ? []
            : [
                change(
                  'the assignment',
                  { key: key('assignee', own, assignee), by: admin, body: { userId: assignee } },
                  'PUT /tickets/{ticketId}/assignee',
                ),
              ]),
          ...comments.map(({ by: author, body }) =>
            change(
              'a comment',
              { key: key('comment', own, author, body), by: author, body: { body } },
              'POST /tickets/{ticketId}/comments',
            ),
          ),
          ...transitions.map(({ by: mover, ...move }) =>
            change(
              `the transition to ${move.to}`,
              { key: key('transition', own, mover, move.to, move.reason), by: mover, body: move },
              'POST /tickets/{ticketId}/transitions',
            ),
          ),
        ],
      }
    }),
  }
}

/** Hashes of the parts. The second entry with the same parts has another key than the first. */
function countedKeys(): (...parts: string[]) => string {
  const counts = new Map<string, number>()
  return (...parts) => {
    const content = JSON.stringify(parts)
    const count = counts.get(content) ?? 0
    counts.set(content, count + 1)
    return createHash('sha256').update(`${content} ${count}`).digest('hex').slice(0, 32)
  }
}
