import { computed, signal } from '@preact/signals'
import { live } from '../live/connection.ts'
import type { Fetched } from '../live/fetched.ts'
import { now } from '../live/now.ts'
import { pulseAt } from './pulse-at.ts'

const failedAtMs = signal<number | undefined>(undefined)

/** Notes how a reading went, which it returns. */
export function noted<Value>(fetched: Fetched<Value>): Fetched<Value> {
  if (fetched.status === 'failed') failedAtMs.value = Date.now()
  return fetched
}

const pulseEvery = (ms: number) =>
  computed(() => pulseAt(ms, live.value, { nowMs: now.value, failedAtMs: failedAtMs.value }))

/** The pulse of lists, which the API answers. */
export const listPulse = pulseEvery(4_000)

/** The pulse of one saga, which is a few rows. */
export const sagaPulse = pulseEvery(1_000)
