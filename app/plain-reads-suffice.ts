import { toWrite } from '../tables/changes.ts'
import { isCheckedAsRead } from '../tables/checked-as-read.ts'
import type { RequestRecord } from '../tables/request-keys.ts'
import { userRow } from '../tables/users.ts'
import type { Accepted, Command, Reads } from './command.ts'
import { type Judgement, rootOf } from './judge-command.ts'

/**
 * Whether a judgement by plain reads is as good as one by a snapshot (docs/adr/0053). Plain reads may see a transaction half applied: the
 * ticket as after it, and the follower as before it.
 * - For a change they suffice if its transaction fails unless the rows are as they were read, because it checks each of them, the request
 *   key included. Actor and assignee are never checked; what comes in between is corrected by its own event.
 * - For a known key they suffice: its transaction is committed, with the answer, even if its other rows do not show yet. But the caller
 *   that gets the answer may read its effect at once; so the root must show it. After a change of holds nothing may be called that is held
 *   by then: of these, the answer is read in a snapshot.
 * - For nothing else. A refusal, or "nothing to change", might follow from rows that never were so together.
 */
export function plainReadsSuffice<R extends Reads, Result>(
  judgement: Judgement<Result>,
  command: Command<R, Result>,
  rows: Record<string, unknown>,
): boolean {
  switch (judgement.status) {
    case 'keyReused':
      return true
    case 'succeeded':
      return showsEffect(rows.request as RequestRecord, command, rows)
    case 'accepted':
      return isEachReadChecked(judgement, command, rows)
    default:
      return false
  }
}

/** A new ticket has an id that is not known before: a caller that reads it and finds nothing looks again in a transaction. */
function showsEffect({ seq = 0 }: RequestRecord, command: Command<Reads, unknown>, rows: object): boolean {
  if (command.reads.holds !== undefined) return false
  const readsRoot = command.reads[command.aggregate.type] !== undefined
  return !readsRoot || (rootOf(command, rows)?.version ?? 0) >= seq
}

function isEachReadChecked<Result>(
  { decision }: Accepted<Result>,
  { tenant, reads, actor }: Command<Reads, Result>,
  rows: Record<string, unknown>,
): boolean {
  if (decision.outcome === 'unchanged') return false
  const writes = decision.changes.map((change) => toWrite(tenant, change))
  const actorKey = userRow(tenant, actor.id).key.pk
  return Object.entries(reads).every(
    ([name, read]) =>
      name === 'assignee' ||
      read.key.pk === actorKey ||
      writes.some((write) => isCheckedAsRead(write, read, rows[name] as object | undefined)),
  )
}
