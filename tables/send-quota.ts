import * as z from 'zod'
import { clockSkewMsMax } from '../domain/clock.ts'
import type { Condition } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Write } from './store.ts'

/**
 * `Quotas`: one counter of a tenant. Changed only in one transaction with a step's fence, so each step counts once. The sends of
 * an hour are spread over shards, each with its part of the limit: concurrent sagas of one tenant rarely meet on a row, and no
 * interleaving can overshoot. A shard's row is reused hour after hour.
 */
const table = 'Quotas'

/** Ten times what the largest known tenant sends in its busiest hour; a runaway loop is stopped within minutes. */
export const sendsPerHourMax = 10_000

/** Sagas of one tenant that reserve at the same moment meet on a row once in this many times. */
export const sendShards = 8

const sendsPerShardMax = Math.floor(sendsPerHourMax / sendShards)

/** `hour` is hours since 1970, UTC. */
export const SendCounter = z.object({ hour: z.int(), used: z.int() })
export type SendCounter = z.infer<typeof SendCounter>

/** What was reserved, as it must be given back. */
export type SendReservation = { shard: number; hour: number }

const keyOf = (tenant: string, shard: number) => ({ pk: tenantKey(tenant, 'QUOTA', 'SENDS'), sk: `SHARD#${shard}` })

export function sendCounterRow(tenant: string, shard: number): RowRead<SendCounter> {
  return { table, key: keyOf(tenant, shard), parse: (row) => SendCounter.parse(row) }
}

export function hourOf(atMs: number): number {
  return Math.floor(atMs / 3_600_000)
}

/**
 * Reserves one send, or returns undefined when this shard's hour is used up. Clocks differ: a counter that is already in the next hour
 * counts for that one. A counter that is further ahead than clocks may differ was written by a broken clock, and starts again.
 */
export function reserveSend(
  tenant: string,
  shard: number,
  counter: SendCounter | undefined,
  atMs: number,
): { write: Write; reservation: SendReservation } | undefined {
  const isAhead = counter !== undefined && counter.hour > hourOf(atMs + clockSkewMsMax)
  const hour = isAhead ? hourOf(atMs) : Math.max(hourOf(atMs), counter?.hour ?? 0)
  const reservation = { shard, hour }
  const key = keyOf(tenant, shard)
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

/** Gives one send back; nothing to write when its hour has passed. */
export function releaseSend(
  tenant: string,
  { shard, hour }: SendReservation,
  counter: SendCounter | undefined,
): Write | undefined {
  if (counter?.hour !== hour) return undefined
  const when: Condition = { attribute: 'hour', equals: hour }
  return { kind: 'update', table, key: keyOf(tenant, shard), add: { used: -1 }, when }
}
