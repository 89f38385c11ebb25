import * as z from 'zod'
import { absent } from './condition.ts'
import { type RowRead, sha256, tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/** `RequestKeys`: one request that took effect, and its answer, so that a duplicate costs one read. */
const table = 'RequestKeys'

/** Kept this long after a commit, as the API promises: IETF draft-ietf-httpapi-idempotency-key-header, section 2.3. */
export const retentionHours = 24

/** Clocks of two functions may differ by this much; a key is kept longer by it, so that none expires early by anyone's clock. */
const clockSkewSecondsMax = 600

export interface RequestKey {
  tenant: string
  /** Method and route template, such as `POST /tickets/{ticketId}/comments`. */
  operation: string
  key: string
}

/** The answer as the first caller got it; `body` is the exact text. */
export const StoredResponse = z.strictObject({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
})
export type StoredResponse = z.infer<typeof StoredResponse>

export const RequestRecord = z.object({
  /** SHA-256 of path, actor and payload: tells the same request from another one under its key. */
  fingerprint: z.string(),
  /** Which built transaction wrote this row: how a writer knows its own after a lost answer. */
  token: z.string(),
  answer: StoredResponse,
  actor: z.string(),
  /** Partition of the aggregate, and the event's number; no number where the request changed nothing. */
  aggregate: z.string(),
  seq: z.int().optional(),
  createdAt: z.iso.datetime(),
  /** Epoch seconds. */
  expiresAt: z.int(),
})
export type RequestRecord = z.infer<typeof RequestRecord>

const keyOf = ({ tenant, operation, key }: RequestKey) => ({ pk: tenantKey(tenant, 'REQUEST', operation, key) })

export function requestKeyRow(key: RequestKey): RowRead<RequestRecord> {
  return { table, key: keyOf(key), parse: parseRequestRecord }
}

export function parseRequestRecord(row: Row): RequestRecord {
  return RequestRecord.parse(row)
}

/** Which request made an event, without telling its key (events outlive keys). */
export function requestKeyHash(key: RequestKey): string {
  return sha256(keyOf(key).pk)
}

/** Whether a record still counts; TTL removes rows late, so presence alone says nothing. */
export function isUnexpired({ expiresAt }: RequestRecord, nowMs: number): boolean {
  return expiresAt >= Math.floor(nowMs / 1000)
}

/** Claims the key for this answer, unless it is taken and not expired. */
export function putRequestKey(key: RequestKey, record: Omit<RequestRecord, 'expiresAt'>, nowMs: number): Write {
  const nowSeconds = Math.floor(nowMs / 1000)
  const row = {
    ...keyOf(key),
    ...record,
    tenant: key.tenant,
    expiresAt: nowSeconds + retentionHours * 3600 + clockSkewSecondsMax,
  }
  return { kind: 'put', table, row, when: { any: [absent, { attribute: 'expiresAt', below: nowSeconds }] } }
}
