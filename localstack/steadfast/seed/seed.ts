import * as z from 'zod'
import { TenantId, UserId } from '../../../domain/ids.ts'
import { Body, Reason, Title } from '../../../domain/text.ts'
import { Priority, Status } from '../../../domain/ticket.ts'
import { Email, PersonName, Role } from '../../../domain/user.ts'

// What a seed file holds. Each value is checked as the API checks it, so that a mistake is found before anything is sent.

const User = z.strictObject({ id: UserId, role: Role, name: PersonName.optional(), email: Email.optional() })
const Comment = z.strictObject({ by: UserId, body: Body })
const Transition = z.strictObject({ by: UserId, to: Status, reason: Reason })
const Ticket = z.strictObject({
  by: UserId,
  title: Title,
  body: Body,
  priority: Priority.optional(),
  assignee: UserId.optional(),
  comments: z.array(Comment).default([]),
  transitions: z.array(Transition).default([]),
})

const Tenant = z
  .strictObject({ tenant: TenantId, users: z.array(User).min(1), tickets: z.array(Ticket).default([]) })
  .superRefine(({ users, tickets }, { addIssue }) => {
    const ids = users.map(({ id }) => id)
    const problem = (path: PropertyKey[], message: string) => addIssue({ code: 'custom', path, message })
    ids.forEach((id, index) => {
      if (ids.indexOf(id) < index) problem(['users', index, 'id'], 'is in the list already: each user once')
    })
    if (!users.some(({ role }) => role === 'admin'))
      problem(['users'], 'expected a user whose role is admin, who creates the others and assigns tickets')
    const known = (id: string | undefined, path: PropertyKey[]) => {
      if (id !== undefined && !ids.includes(id)) problem(path, `expected one of the tenant's users: ${ids.join(', ')}`)
    }
    tickets.forEach(({ by, assignee, comments, transitions }, index) => {
      const at = ['tickets', index]
      known(by, [...at, 'by'])
      known(assignee, [...at, 'assignee'])
      comments.forEach((comment, place) => {
        known(comment.by, [...at, 'comments', place, 'by'])
      })
      transitions.forEach((transition, place) => {
        known(transition.by, [...at, 'transitions', place, 'by'])
      })
    })
  })

export const Seed = z.strictObject({ tenants: z.array(Tenant).min(1) }).superRefine(({ tenants }, { addIssue }) => {
  const names = tenants.map(({ tenant }) => tenant)
  names.forEach((name, index) => {
    if (names.indexOf(name) === index) return
    addIssue({
      code: 'custom',
      path: ['tenants', index, 'tenant'],
      message: 'is in the list already: each tenant once',
    })
  })
})
export type Seed = z.infer<typeof Seed>
