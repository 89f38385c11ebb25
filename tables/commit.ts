import type { Change } from '../domain/decision.ts'
import type { DomainEvent } from '../domain/event.ts'
import type { Runtime } from '../domain/runtime.ts'
import { toWrite } from './changes.ts'
import { appendEvent } from './events.ts'
import { putIntoOutbox } from './outbox.ts'
import {
  parseRequestRecord,
  putRequestKey,
  type RequestKey,
  type RequestRecord,
  requestKeyRow,
  type StoredResponse,
} from './request-keys.ts'
import { Retries, retryLimits } from './retries.ts'
import type { CancellationReason, Store, Write, WriteOutcome } from './store.ts'

/** One decision, ready to be kept. */
export interface Commit {
  tenant: string
  /** The request that asked for it and what it will be answered; absent only when an identity registers itself. */
  request?: { key: RequestKey; fingerprint: string; answer: StoredResponse; actor: string; aggregate: string }
  changes: Change[]
  event?: DomainEvent
  /** For a decision that changes nothing: that what it rests on still is as it was read. */
  versionCheck?: Write
}

/**
 * What came of it:
 * - `committed`: everything is stored, for good.
 * - `replayed`: the same request was committed before, or at the same time; its answer.
 * - `keyReused`: the key belongs to another request. Nothing was written.
 * - `stale`: what the decision rests on has changed. Nothing was written; decide again.
 * - `conflicted`: another write was under way, or DynamoDB was throttling. Nothing was written; decide again.
 * - `unknown`: it may or may not have been stored, and asking did not tell.
 */
export type CommitResult =
  | { status: 'committed' }
  | { status: 'replayed'; answer: StoredResponse }
  | { status: 'keyReused' }
  | { status: 'stale' }
  | { status: 'conflicted' }
  | { status: 'unknown'; cause: unknown }

/**
 * Turns one decision into one DynamoDB transaction: request key, changed rows with their conditions, event, outbox row; all or
 * nothing. There is no step before or after it that a crash could separate from the effect (docs/adr/0002).
 * A lost answer is pursued until `deadlineMs`.
 */
export async function commit(
  store: Store,
  runtime: Runtime,
  decision: Commit,
  deadlineMs = runtime.now() + retryLimits.timeoutMs,
): Promise<CommitResult> {
  const token = runtime.newId()
  const nowMs = runtime.now()
  const writes = writesOf(decision, token, nowMs)
  const outcome = await sendUntilDefinite(store, new Retries(runtime, deadlineMs), writes, token)
  switch (outcome.status) {
    case 'committed':
      return { status: 'committed' }
    case 'throttled':
      return { status: 'conflicted' }
    case 'cancelled':
      return judge(outcome.reasons, decision, token)
    case 'unknown':
      return settle(store, decision, token, outcome.cause)
    default:
      return outcome satisfies never
  }
}

/** Request key first: the reasons of a cancelled transaction are judged in this order. */
function writesOf({ tenant, request, changes, event, versionCheck }: Commit, token: string, nowMs: number): Write[] {
  const writes: Write[] = []
  if (request) {
    const { key, fingerprint, answer, actor, aggregate } = request
    const createdAt = new Date(nowMs).toISOString()
    const record = { fingerprint, token, answer, actor, aggregate, ...(event && { seq: event.seq }), createdAt }
    writes.push(putRequestKey(key, record, nowMs))
  }
  writes.push(...changeWrites(tenant, changes, event))
  if (versionCheck) writes.push(versionCheck)
  return writes
}

/** The rows of a decision: each change under its condition, the event, and the outbox row of that event. */
export function changeWrites(tenant: string, changes: readonly Change[], event?: DomainEvent): Write[] {
  const writes = changes.map((change) => toWrite(tenant, change))
  return event ? [...writes, appendEvent(event), putIntoOutbox(event)] : writes
}

/**
 * Sends the transaction. After a lost answer nothing but the same bytes under the same token may be sent, until an answer is
 * definite: another attempt could take effect beside the first.
 */
async function sendUntilDefinite(
  store: Store,
  retries: Retries,
  writes: Write[],
  token: string,
): Promise<WriteOutcome> {
  let outcome = await store.transactWrite(writes, token)
  if (outcome.status !== 'unknown') return outcome
  const { cause } = outcome
  while (await retries.next()) {
    outcome = await store.transactWrite(writes, token)
    if (outcome.status === 'committed') return outcome
    // A condition that failed says that the first send can't take effect any more, or already has; a conflict says neither.
    if (outcome.status === 'cancelled' && outcome.reasons.some(({ code }) => code === 'condition')) return outcome
  }
  return { status: 'unknown', cause }
}

/** In this order: the request key, a conflict, the business rows. */
function judge(reasons: CancellationReason[], { request }: Commit, token: string): CommitResult {
  const [first] = reasons
  if (request && first?.code === 'condition') {
    if (!first.row) return { status: 'conflicted' }
    return compare(parseRequestRecord(first.row), request.fingerprint, token)
  }
  if (reasons.some(({ code }) => code === 'conflict' || code === 'throttled')) return { status: 'conflicted' }
  return { status: 'stale' }
}

/** No answer was definite. The key, if it is there now, tells which transaction was kept; if it isn't, one may still be on its way. */
async function settle(store: Store, { request }: Commit, token: string, cause: unknown): Promise<CommitResult> {
  if (!request) return { status: 'unknown', cause }
  const row = await store.get(requestKeyRow(request.key)).catch(() => undefined)
  return row ? compare(parseRequestRecord(row), request.fingerprint, token) : { status: 'unknown', cause }
}

function compare(record: RequestRecord, fingerprint: string, token: string): CommitResult {
  if (record.token === token) return { status: 'committed' }
  return record.fingerprint === fingerprint ? { status: 'replayed', answer: record.answer } : { status: 'keyReused' }
}
