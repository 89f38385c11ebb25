import * as z from 'zod'
import { clockSkewMsMax } from '../domain/clock.ts'
import { sha256Hex } from '../domain/sha256.ts'
import { absent } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/** `RequestKeys`: one committed request and its answer, so that a duplicate costs one read. */
const table = 'RequestKeys'

/**
 * How long the API promises to recognize a key: IETF draft-ietf-httpapi-idempotency-key-header, section 2.3, asks for a documented expiry.
 */
export const retentionHours = 24

/** Added to the retention, so that no machine's clock sees a key expire early. */
const clockMarginSeconds = clockSkewMsMax / 1000

export interface RequestKey {
  tenant: string
  /** Method and route template, such as `POST /tickets/{ticketId}/comments`. */
  operation: string
  key: string
}

/** The answer to the first request. `body` is its exact text. */
export const StoredResponse = z.strictObject({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
})
export type StoredResponse = z.infer<typeof StoredResponse>

export const RequestRecord = z.object({
  /** SHA-256 of path, actor and payload. Distinguishes a duplicate from another request with the same key. */
  fingerprint: z.string(),
  /** The ClientRequestToken of the transaction that wrote this row. A writer recognizes its own after a lost answer. */
  token: z.string(),
  answer: StoredResponse,
  actor: z.string(),
  /** The partition key of the aggregate. */
  aggregate: z.string(),
  /** The number of the request's event. Absent when the request changed nothing or made no event. */
  seq: z.int().optional(),
  /** The correlation id of the first request: what its duplicates lead to in the logs. Absent on rows of earlier versions. */
  correlationId: z.string().optional(),
  createdAt: z.iso.datetime(),
  /** Epoch seconds. */
  expiresAt: z.int(),
})
export type RequestRecord = z.infer<typeof RequestRecord>

const keyOf = ({ tenant, operation, key }: RequestKey) => ({ pk: tenantKey(tenant, 'REQUEST', operation, key) })

export function requestKeyRow(key: RequestKey): RowRead<RequestRecord> {
  return { table, key: keyOf(key), parse: parseRequestRecord }
}

/** Throws `ZodError` when the row is not a request key. */
export function parseRequestRecord(row: Row): RequestRecord {
  return RequestRecord.parse(row)
}

/** Identifies the request of an event without revealing its key: events outlive keys. */
export function requestKeyHash(key: RequestKey): string {
  return sha256Hex(keyOf(key).pk)
}

/** Whether the record is still valid. DynamoDB deletes expired rows up to days late, so an expired one may still be read. */
export function isUnexpired({ expiresAt }: RequestRecord, nowMs: number): boolean {
  return expiresAt >= Math.floor(nowMs / 1000)
}

/** Stores the request key and its answer, provided there is none or an expired one. */
export function putRequestKey(key: RequestKey, record: Omit<RequestRecord, 'expiresAt'>, nowMs: number): Write {
  const nowSeconds = Math.floor(nowMs / 1000)
  const row = {
    ...keyOf(key),
    ...record,
    tenant: key.tenant,
    expiresAt: nowSeconds + retentionHours * 3600 + clockMarginSeconds,
  }
  return { kind: 'put', table, row, when: { any: [absent, { attribute: 'expiresAt', below: nowSeconds }] } }
}
