import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'
import type { Redrive } from './redrive.ts'

interface Blockable {
  /** The event that could not be applied. */
  blockedAt?: number | undefined
}

export type RedriveBlocked = CommandMetadata & Pick<Redrive, 'consumer' | 'aggregate' | 'blockedAt'>

/**
 * Asks a consumer to try again where it is blocked. The command names the event that the operator has seen: when the consumer has gone on
 * since, it is refused. Two at once are both accepted, as trying twice applies nothing twice.
 */
export function redriveBlocked<Checkpoint extends Blockable>(
  { checkpoint }: { checkpoint?: Checkpoint | undefined },
  { consumer, aggregate, blockedAt, by, at, ids }: RedriveBlocked,
): Decision<Checkpoint> {
  if (!checkpoint) return refused({ why: 'not-found', what: 'checkpoint' })
  if (checkpoint.blockedAt !== blockedAt) return refused({ why: 'not-blocked-there', blockedAt: checkpoint.blockedAt })
  const facts = { consumer, aggregate, blockedAt }
  const redrive: Redrive = { id: ids.target, ...facts, requestedBy: by.id, requestedAt: at, version: 1 }
  return changed(
    { type: 'redrive.requested', data: facts },
    [{ operation: 'put', entity: 'redrive', redrive }],
    checkpoint,
  )
}
