import * as z from 'zod'
import { UserId } from './ids.ts'
import { text } from './text.ts'

export const Role = z.enum(['customer', 'agent', 'admin'])
export type Role = z.infer<typeof Role>

export const PersonName = text({ max: 200 })

/** Addresses are compared without regard to case: two people who differ by case only would read each other's mail. */
export const Email = z.email().max(254)

export function normalizeEmail(email: string): string {
  return email.toLowerCase()
}

/** CommandMetadata which channels a person wants to hear of tickets. */
export const Channels = z.strictObject({ inApp: z.boolean(), email: z.boolean() })
export type Channels = z.infer<typeof Channels>

/** What holds for who has never said otherwise. */
export const defaultChannels: Channels = { inApp: true, email: true }

/** Why an address gets no more mail: it does not exist, or its owner called our mail spam. */
export const suppressions = ['bounce', 'complaint'] as const
export type Suppression = (typeof suppressions)[number]

export const userStatuses = ['active', 'deactivated'] as const

/**
 * One person of a tenant. `origin` tells how the row came to be: `self` by the person's first write, `admin` by `POST /users`,
 * which also completes an identity that registered itself. User rows are never removed, so a reference never dangles.
 */
export const User = z.strictObject({
  id: UserId,
  role: Role,
  status: z.enum(userStatuses),
  origin: z.enum(['self', 'admin']),
  name: PersonName.optional(),
  email: Email.optional(),
  /** The address is not written to any more. */
  mailSuppressed: z.strictObject({ why: z.enum(suppressions), at: z.iso.datetime() }).optional(),
  channels: Channels.optional(),
  version: z.int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type User = z.infer<typeof User>

/** Agents work on tickets; admins may do all that agents do. */
export function canBeAssigned(user: User): boolean {
  return user.status === 'active' && user.role !== 'customer'
}
