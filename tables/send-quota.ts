import * as z from 'zod'
import { clockSkewMsMax } from '../domain/clock.ts'
import { hourMs } from '../domain/durations.ts'
import type { Condition } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * `Quotas`: the sends of a tenant in the current hour. Mail and webhooks have a budget each, so that an endpoint that fails cannot use up
 * the mail. A counter is sharded, and each shard has its part of the limit: concurrent sagas of one tenant rarely contend for a row, and no
 * interleaving exceeds the limit. A shard's row is reused in the next hour. A message is counted in a transaction with its step's fence,
 * once; a repeated attempt at a webhook by a write of its own, which may count twice when its answer is lost.
 */
const table = 'Quotas'

/** The budgets, with the part of the key that tells them apart. */
const budgets = { mail: 'SENDS', webhooks: 'WEBHOOKS' } as const
export type Budget = keyof typeof budgets

/** Ten times the busiest hour of the largest known tenant. Stops a runaway loop within minutes. */
export const sendsPerHourMax = 10_000

/** Two sagas of a tenant that reserve at the same moment contend for a row with a probability of one in this many. */
export const sendShards = 8

const sendsPerShardMax = Math.floor(sendsPerHourMax / sendShards)

/** `hour` counts hours since the Unix epoch. */
export const SendCounter = z.object({ hour: z.int().nonnegative(), used: z.int() })
export type SendCounter = z.infer<typeof SendCounter>

/** A reserved send. Without `budget` it is of the mail's, from which versions before also took webhooks. */
export type SendReservation = { shard: number; hour: number; budget?: Budget }

const keyOf = (tenant: string, budget: Budget, shard: number) => ({
  pk: tenantKey(tenant, 'QUOTA', budgets[budget]),
  sk: `SHARD#${shard}`,
})

export function sendCounterRow(tenant: string, budget: Budget, shard: number): RowRead<SendCounter> {
  return { table, key: keyOf(tenant, budget, shard), parse: (row) => SendCounter.parse(row) }
}

export function isWebhookCounter(pk: string): boolean {
  return pk.endsWith(`#${budgets.webhooks}`)
}

/** The counter that a reservation is counted in: its partition, then its shard. */
export function counterOf(tenant: string, { budget = 'mail', shard }: SendReservation): string {
  const { pk, sk } = keyOf(tenant, budget, shard)
  return `${pk} ${sk}`
}

/** The row of a reservation's counter, before a repair after a restore has counted the reservations. */
export function restoredCounter(
  tenant: string,
  { budget = 'mail', shard, hour }: SendReservation,
): Row & { hour: number } {
  return { ...keyOf(tenant, budget, shard), hour, used: 0 }
}

export function hourOf(atMs: number): number {
  return Math.floor(atMs / hourMs)
}

/** No reservation in a counter's hour was made earlier: one made just before counts for it when clock skew has moved the counter ahead. */
export function reservedSinceMs({ hour }: Pick<SendCounter, 'hour'>): number {
  return hour * hourMs - clockSkewMsMax
}

/**
 * Reserves one send. Undefined when the shard's limit for the hour is used up. When clock skew has moved the counter to the next hour
 * already, the send counts for that hour; a counter further ahead than any clock skew was written by a broken clock and is reset.
 */
export function reserveSend(
  tenant: string,
  budget: Budget,
  shard: number,
  counter: SendCounter | undefined,
  atMs: number,
): { write: Write; reservation: SendReservation } | undefined {
  const isAhead = counter !== undefined && counter.hour > hourOf(atMs + clockSkewMsMax)
  const hour = isAhead ? hourOf(atMs) : Math.max(hourOf(atMs), counter?.hour ?? 0)
  const reservation: SendReservation = { shard, hour, ...(budget !== 'mail' && { budget }) }
  const key = keyOf(tenant, budget, shard)
  if (!counter) {
    const when: Condition = { row: 'absent' }
    return { write: { kind: 'put', table, row: { ...key, hour, used: 1 }, when }, reservation }
  }
  if (counter.hour < hour || isAhead) {
    const when: Condition = { attribute: 'hour', equals: counter.hour }
    return { write: { kind: 'put', table, row: { ...key, hour, used: 1 }, when }, reservation }
  }
  if (counter.used >= sendsPerShardMax) return undefined
  const when: Condition = {
    all: [
      { attribute: 'hour', equals: hour },
      { attribute: 'used', below: sendsPerShardMax },
    ],
  }
  return { write: { kind: 'update', table, key, add: { used: 1 }, when }, reservation }
}

/** Releases a reserved send. Undefined when its hour has passed, as there is nothing to write then. */
export function releaseSend(
  tenant: string,
  { budget = 'mail', shard, hour }: SendReservation,
  counter: SendCounter | undefined,
): Write | undefined {
  if (counter?.hour !== hour) return undefined
  const when: Condition = { attribute: 'hour', equals: hour }
  return { kind: 'update', table, key: keyOf(tenant, budget, shard), add: { used: -1 }, when }
}
