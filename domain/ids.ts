import * as z from 'zod'

/** Ids are parts of keys, so none may contain `#`, `/` or control characters. */
export const TenantId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)

/** A token's `sub`: what identity providers issue (UUIDs, e-mail addresses, `auth0|123`). */
export const UserId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._|@:+=-]{0,127}$/)

/** Made by us; wide enough for ids that a later version may make. */
export const ResourceId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)

/** What an admin calls an endpoint of the tenant. */
export const WebhookName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)

export const aggregateTypes = ['ticket', 'user', 'settings', 'saga'] as const

/** What has a version, a history and an order of its own: partition key, sequence and FIFO group are per aggregate. */
export interface AggregateRef {
  type: (typeof aggregateTypes)[number]
  id: string
}
