import * as z from 'zod'
import { absent } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * The outcome of one event's message to one webhook. Stored in `Notices`, because it is for a webhook what a notice is for a user. Written
 * once, when the outcome is final. The id is the time of the event and the saga's id, so there is one per (event, webhook).
 */
const table = 'Notices'

const kind = 'DELIVERIES'

const keyOf = (tenant: string, endpoint: string, id: string) => ({ pk: tenantKey(tenant, kind, endpoint), sk: id })

export const Delivery = z.object({
  id: z.string(),
  endpoint: z.string(),
  type: z.string(),
  ticketId: z.string(),
  seq: z.int().positive(),
  outcome: z.enum(['delivered', 'given-up', 'skipped']),
  createdAt: z.iso.datetime(),
  settledAt: z.iso.datetime(),
  correlationId: z.string(),
})
export type Delivery = z.infer<typeof Delivery>

/** Throws `ZodError` when the row is not a delivery. */
export function parseDelivery(row: Row): Delivery {
  return Delivery.parse(row)
}

/** Whether a row of `Notices` is a delivery and not a user's notice. */
export function isDelivery({ pk }: Row): boolean {
  return String(pk).split('#')[2] === kind
}

export function deliveryRow(tenant: string, endpoint: string, id: string): RowRead<Delivery> {
  return { table, key: keyOf(tenant, endpoint, id), parse: parseDelivery }
}

export function recordDelivery(tenant: string, delivery: Delivery): Write {
  const row = { ...keyOf(tenant, delivery.endpoint, delivery.id), ...delivery, tenant }
  return { kind: 'put', table, row, when: absent }
}
