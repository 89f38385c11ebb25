import { type Change, withEventHash } from '../domain/decision.ts'
import type { DomainEvent } from '../domain/event.ts'
import type { Runtime } from '../domain/runtime.ts'
import { toWrite } from './changes.ts'
import { appendEvent } from './events.ts'
import { putIntoOutbox } from './outbox.ts'
import {
  isUnexpired,
  parseRequestRecord,
  putRequestKey,
  type RequestKey,
  type RequestRecord,
  requestKeyRow,
  type StoredResponse,
} from './request-keys.ts'
import { Retries, retryLimits } from './retries.ts'
import type { CancellationReason, Store, Write, WriteOutcome } from './store.ts'

/** One decision, ready to be committed. */
export interface Commit {
  tenant: string
  /** The request and its answer. Absent only for the registration of an unknown actor. */
  request?: { key: RequestKey } & Pick<
    RequestRecord,
    'fingerprint' | 'answer' | 'actor' | 'aggregate' | 'correlationId'
  >
  changes: Change[]
  event?: DomainEvent
  /** The condition that the aggregate is still at the version that was read, for a decision that changes nothing. */
  versionCheck?: Write
}

/**
 * Every outcome of a commit:
 * - `committed`: everything is stored, durably.
 * - `replayed`: this request was already committed, earlier or at the same time. `answer` is the stored one, and `firstCorrelationId` the
 *   correlation id of the copy that was committed, unless an earlier version stored it.
 * - `keyReused`: the idempotency key belongs to a request with another fingerprint. Nothing was written.
 * - `stale`: a row that the decision is based on has changed. Nothing was written; read and decide again.
 * - `conflicted`: another transaction was in progress on a row, or DynamoDB throttled. Nothing was written; read and decide again.
 * - `unknown`: the answer was lost, and the request key is not stored or can't be read. Repeating the request with the same key is safe.
 */
export type CommitResult =
  | { status: 'committed' }
  | { status: 'replayed'; answer: StoredResponse; firstCorrelationId?: string }
  | { status: 'keyReused' }
  | { status: 'stale' }
  | { status: 'conflicted' }
  | { status: 'unknown'; cause: unknown }

/**
 * Commits one decision in one DynamoDB transaction: request key, changed rows under their conditions, event and outbox row, all or
 * nothing. No step precedes or follows it that a crash could separate from the effect (docs/adr/0002). Resends after a lost answer stop
 * at `deadlineMs` (epoch milliseconds).
 */
export async function commit(
  store: Store,
  runtime: Runtime,
  decision: Commit,
  deadlineMs = runtime.now() + retryLimits.timeoutMs,
): Promise<CommitResult> {
  const token = runtime.newId()
  const nowMs = runtime.now()
  const writes = toWrites(decision, token, nowMs)
  const outcome = await sendUntilDefinite(store, new Retries(runtime, deadlineMs), writes, token)
  switch (outcome.status) {
    case 'committed':
      return { status: 'committed' }
    case 'throttled':
      return { status: 'conflicted' }
    case 'cancelled':
      return resolveCancellation(outcome.reasons, decision, token)
    case 'unknown':
      return resolveUnknownOutcome(store, decision, { token, nowMs }, outcome.cause)
    default:
      return outcome satisfies never
  }
}

/** The request key comes first, because `resolveCancellation` looks for its reason there. */
function toWrites({ tenant, request, changes, event, versionCheck }: Commit, token: string, nowMs: number): Write[] {
  const writes: Write[] = []
  if (request) {
    const { key, ...facts } = request
    const createdAt = new Date(nowMs).toISOString()
    const record = { ...facts, token, ...(event && { seq: event.seq }), createdAt }
    writes.push(putRequestKey(key, record, nowMs))
  }
  writes.push(...changeWrites(tenant, changes, event))
  if (versionCheck) writes.push(versionCheck)
  return writes
}

/** The writes of a decision: each change under its condition, the event, and its outbox row. The header names the event's hash. */
export function changeWrites(tenant: string, changes: readonly Change[], event?: DomainEvent): Write[] {
  if (!event) return changes.map((change) => toWrite(tenant, change))
  const writes = changes.map((change) => toWrite(tenant, withEventHash(change, event)))
  return [...writes, appendEvent(event), putIntoOutbox(event)]
}

/**
 * Sends the transaction, and after a lost answer sends the same bytes under the same token until an answer is definite. Any other
 * transaction could take effect in addition to the first.
 */
export async function sendUntilDefinite(
  store: Store,
  retries: Retries,
  writes: Write[],
  token: string,
): Promise<WriteOutcome> {
  const first = await store.transactWrite(writes, token)
  if (first.status !== 'unknown') return first
  while (await retries.next()) {
    const outcome = await store.transactWrite(writes, token)
    if (outcome.status === 'committed') return outcome
    // A failed condition is definite: the first send took effect already or never can. A conflict says neither.
    if (outcome.status === 'cancelled' && outcome.reasons.some(({ code }) => code === 'condition')) return outcome
  }
  return first
}

/** Judges the reasons in this order: request key, conflict, other rows. A duplicate must be recognized before anything else is judged. */
function resolveCancellation(reasons: CancellationReason[], { request }: Commit, token: string): CommitResult {
  const [first] = reasons
  const isConflicting = reasons.some(({ code }) => code === 'conflict')
  if (request && first?.code === 'condition') {
    if (!first.row) return { status: 'conflicted' }
    const result = compareWithStored(parseRequestRecord(first.row), request.fingerprint, token)
    // The other copy may still be being applied, and whoever gets its answer may read its effect at once (docs/adr/0053).
    return result.status === 'replayed' && isConflicting ? { status: 'conflicted' } : result
  }
  if (isConflicting || reasons.some(({ code }) => code === 'throttled')) return { status: 'conflicted' }
  return { status: 'stale' }
}

/**
 * Looks for the request key. It names the transaction that was stored. Without it, or with one that had expired (at `nowMs`, by which the
 * transaction may replace it), the transaction may still take effect later.
 */
async function resolveUnknownOutcome(
  store: Store,
  { request }: Commit,
  { token, nowMs }: { token: string; nowMs: number },
  cause: unknown,
): Promise<CommitResult> {
  if (!request) return { status: 'unknown', cause }
  const row = await store.get(requestKeyRow(request.key)).catch(() => undefined)
  const record = row && parseRequestRecord(row)
  if (!record || !isUnexpired(record, nowMs)) return { status: 'unknown', cause }
  return compareWithStored(record, request.fingerprint, token)
}

/** The token identifies this very transaction, the fingerprint another copy of the same request. */
function compareWithStored(record: RequestRecord, fingerprint: string, token: string): CommitResult {
  if (record.token === token) return { status: 'committed' }
  return record.fingerprint === fingerprint ? replayOf(record) : { status: 'keyReused' }
}

function replayOf({ answer, correlationId }: RequestRecord): CommitResult {
  return { status: 'replayed', answer, ...(correlationId !== undefined && { firstCorrelationId: correlationId }) }
}
