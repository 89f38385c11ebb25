import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Runtime } from '../domain/runtime.ts'
import { DynamoStore } from '../tables/dynamo-store.ts'
import type { Store } from '../tables/store.ts'
import type { MigratedStore } from './migrate/migrated-store.ts'
import { openStore, type StoreOptions } from './open-store.ts'

/** DynamoDB, with the tables that the function's environment names, whose rows may be migrating. */
export function storeFromEnvironment({
  env = process.env,
  below,
}: Pick<StoreOptions, 'below'> & { env?: NodeJS.ProcessEnv } = {}): MigratedStore {
  const tables = new DynamoStore({
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
    Unconfirmed: env.UNCONFIRMED_TABLE,
    SweepPositions: env.SWEEP_POSITIONS_TABLE,
    Runs: env.RUNS_TABLE,
  })
  return openStore(tables, runtime, { below })
}

/** The store of the rate limit. It gives up soon, because requests wait for it and are admitted when it does not answer (ADR 23). */
export function rateLimitStoreFromEnvironment(env: NodeJS.ProcessEnv = process.env): Store {
  const requestHandler = { connectionTimeout: 300, requestTimeout: 300, throwOnRequestTimeout: true }
  return new DynamoStore({ RateLimits: env.RATE_LIMITS_TABLE }, { maxAttempts: 1, requestHandler })
}

/** The runtime of a deployed function: the real clock, randomness and ids. */
export const runtime: Runtime = {
  now: Date.now,
  random: Math.random,
  newId: randomUUID,
  randomBytes,
  sleep: (ms) => setTimeout(ms),
}

/** Throws `Error` when the variable is missing or empty. */
export function requiredVariable(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const value = env[name]
  if (!value) throw new Error(`the environment variable ${name} is missing or empty`)
  return value
}

/**
 * Whether this stage scans uploads for malware, which selects the form of the attachment saga: `MALWARE_SCAN`. Throws `Error` for
 * an unknown scanner.
 */
export function uploadsAreScanned(env: NodeJS.ProcessEnv = process.env): boolean {
  const { MALWARE_SCAN: scanner } = env
  if (scanner !== undefined && scanner !== 'guardduty')
    throw new Error(`MALWARE_SCAN names an unknown scanner, "${scanner}": the only one is "guardduty"`)
  return scanner !== undefined
}
