import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Runtime } from '../domain/runtime.ts'
import { DynamoStore } from '../tables/dynamo-store.ts'
import type { Store } from '../tables/store.ts'

/** What a deployed function runs on: the tables named by its environment, the clock and chance of its machine. */
export function storeFromEnvironment(env: NodeJS.ProcessEnv = process.env): Store {
  return new DynamoStore({
    Tickets: env.TICKETS_TABLE,
    Events: env.EVENTS_TABLE,
    Outbox: env.OUTBOX_TABLE,
    RequestKeys: env.REQUEST_KEYS_TABLE,
    Receipts: env.RECEIPTS_TABLE,
    Quotas: env.QUOTAS_TABLE,
    Notices: env.NOTICES_TABLE,
    StepKeys: env.STEP_KEYS_TABLE,
    Sagas: env.SAGAS_TABLE,
    Views: env.VIEWS_TABLE,
  })
}

export const runtime: Runtime = {
  now: Date.now,
  random: Math.random,
  newId: randomUUID,
  randomBytes,
  sleep: (ms) => setTimeout(ms),
}

/** A variable that the function can't work without. Throws `Error` naming it. */
export function requiredVariable(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const value = env[name]
  if (!value) throw new Error(`the environment variable ${name} is missing`)
  return value
}
