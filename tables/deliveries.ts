import * as z from 'zod'
import { absent } from './condition.ts'
import { tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * What became of one event's message to one endpoint: kept in `Notices`, as what a notice is for people. Written once, when it is
 * settled; its id begins with the time of the event and ends with the saga's id, so there is one per (event, endpoint).
 */
const table = 'Notices'

const kind = 'DELIVERIES'

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

/** Throws `ZodError` on a row that is no delivery. */
export function parseDelivery(row: Row): Delivery {
  return Delivery.parse(row)
}

/** Whether a row of the table tells of an endpoint, and not of a person. */
export function isDelivery({ pk }: Row): boolean {
  return String(pk).split('#')[2] === kind
}

export function recordDelivery(tenant: string, delivery: Delivery): Write {
  const row = { pk: tenantKey(tenant, kind, delivery.endpoint), sk: delivery.id, ...delivery, tenant }
  return { kind: 'put', table, row, when: absent }
}
