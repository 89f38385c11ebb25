import * as z from 'zod'
import { UserId } from './ids.ts'
import { isMailbox } from './mailbox.ts'
import { text } from './text.ts'

export const Role = z.enum(['customer', 'agent', 'admin'])
export type Role = z.infer<typeof Role>

export const PersonName = text({ max: 200 })

/** Addresses are compared case-insensitively: mailbox providers deliver addresses that differ only in case to the same person. */
export const Email = z.email().max(254)

/** An address that a user may get from now on. Earlier ones stay as they are: their mail is refused. */
export const NewEmail = Email.refine(isMailbox, {
  error: 'must be an address that mail can be sent to',
  when: ({ issues }) => issues.length === 0,
})

export function normalizeEmail(email: string): string {
  return email.toLowerCase()
}

/** The channels by which a user is notified of ticket events. */
export const Channels = z.strictObject({ inApp: z.boolean(), email: z.boolean() })
export type Channels = z.infer<typeof Channels>

/** The preferences of a user who has set none. */
export const defaultChannels: Channels = { inApp: true, email: true }

/** Why an address receives no more mail: it bounced, or its owner reported our mail as spam. */
export const suppressions = ['bounce', 'complaint'] as const
export type Suppression = (typeof suppressions)[number]

export const userStatuses = ['active', 'deactivated'] as const

/**
 * A user of a tenant. `origin` is `self` when the user's first write created the row, `admin` once `POST /users` created or completed
 * it. User rows are never deleted, so a reference never dangles.
 */
export const User = z.strictObject({
  id: UserId,
  role: Role,
  status: z.enum(userStatuses),
  origin: z.enum(['self', 'admin']),
  name: PersonName.optional(),
  email: Email.optional(),
  /** Set when mail to the address is suppressed. */
  mailSuppressed: z.strictObject({ why: z.enum(suppressions), at: z.iso.datetime() }).optional(),
  /** When an admin last allowed mail again: what bounced before then no longer counts. */
  mailSuppressionLiftedAt: z.iso.datetime().optional(),
  channels: Channels.optional(),
  version: z.int().positive(),
  /** The hash of the newest event, which the next one is chained to. Absent where no event has been stored since events are chained. */
  eventHash: z.string().optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type User = z.infer<typeof User>

/** Agents work on tickets; admins may do everything that agents do. */
export function canBeAssigned(user: User): boolean {
  return user.status === 'active' && user.role !== 'customer'
}
