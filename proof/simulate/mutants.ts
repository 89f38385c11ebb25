import * as commit from '../mutants/commit-mutants.ts'
import * as delivery from '../mutants/delivery-mutants.ts'
import type { Mutant } from '../mutants/mutant.ts'
import * as saga from '../mutants/saga-mutants.ts'
import { effectMutants } from './effect-mutants.ts'
import { indexMutants } from './index-mutants.ts'
import { plainReadMutants } from './plain-read-mutants.ts'

/** The look before the first write, without the pause that keeps the race open on a whole stack: here the seed does. */
const unconditionalRequestKey: Mutant = {
  ...commit.unconditionalRequestKey,
  edits: commit.unconditionalRequestKey.edits.slice(0, 1),
}

const freshTokenPerResend: Mutant = {
  name: 'fresh-token-per-resend',
  description: 'After a lost answer the transaction is decided and built again, as if it had not been sent.',
  edits: [
    {
      file: 'tables/commit.ts',
      find: '      return resolveUnknownOutcome(store, decision, { token, nowMs }, outcome.cause)',
      replace: "      return { status: 'stale' }",
    },
    {
      file: 'tables/commit.ts',
      find: "if (record.token === token) return { status: 'committed' }",
      replace: "if (record.token === token) return { status: 'stale' }",
    },
    {
      file: 'tables/request-keys.ts',
      find: 'when: { any: [absent,',
      replace: "when: { any: [{ row: 'present' }, absent,",
    },
  ],
}

const outboxDeletedFirst: Mutant = {
  name: 'outbox-deleted-first',
  description:
    'The outbox row is deleted before the event is remembered as unconfirmed: a crash in between forgets it.',
  edits: [
    {
      file: 'app/publish/publisher.ts',
      find: `      await store.write(putUnconfirmed(event, new Date(runtime.now()).toISOString()))
      await store.write(removeFromOutbox(event))`,
      replace: `      await store.write(removeFromOutbox(event))
      await store.write(putUnconfirmed(event, new Date(runtime.now()).toISOString()))`,
    },
  ],
}

const noDigest: Mutant = {
  name: 'no-digest',
  description:
    'What every subscriber has handled is deleted from those that wait, and the hash of its event is in no digest.',
  edits: [
    {
      file: 'functions/reconcile-consumers/digest-events.ts',
      find: '  if (heads.length === 0) return\n',
      replace: '  if (heads.length >= 0) return\n',
    },
  ],
}

const digestStoredLast: Mutant = {
  name: 'digest-stored-last',
  description:
    'Confirmed events are deleted from those that wait before a digest has them: a crash in between leaves them out.',
  edits: [
    {
      file: 'functions/reconcile-consumers/confirm-events.ts',
      find: '      await digestEvents(this.#deps, events)\n',
      replace: '',
    },
    {
      file: 'functions/reconcile-consumers/confirm-events.ts',
      find: '        if (refused) throw refused.reason\n      }\n',
      replace: '        if (refused) throw refused.reason\n      }\n      await digestEvents(this.#deps, events)\n',
    },
  ],
}

const blockedSeenUnchecked: Mutant = {
  name: 'blocked-seen-unchecked',
  description:
    'While an aggregate is blocked, its checkpoint is replaced without looking at the highest event that was seen.',
  edits: [
    {
      file: 'tables/checkpoints.ts',
      find: "isBlocked ? { attribute: 'highestSeen', equals: highestSeen } : { attribute: 'blockedAt', is: 'absent' }",
      replace: "...(isBlocked ? [] : [{ attribute: 'blockedAt', is: 'absent' } as const])",
    },
  ],
}

const conflictIsStale: Mutant = {
  name: 'conflict-is-final',
  description: 'After a lost answer, a conflict of the resend is taken for a definite answer of the first send.',
  edits: [
    {
      file: 'tables/commit.ts',
      find: "if (outcome.status === 'cancelled' && outcome.reasons.some(({ code }) => code === 'condition')) return outcome",
      replace: "if (outcome.status !== 'unknown') return outcome",
    },
    {
      file: 'app/execute-command.ts',
      find: "    case 'stale':\n    case 'conflicted':\n      return 'retry'",
      replace:
        "    case 'stale':\n      return 'retry'\n    case 'conflicted':\n      return { status: 'refused', refusal: { why: 'version-mismatch', version: 0 } }",
    },
  ],
}

const pivotWithoutTombstone: Mutant = {
  name: 'pivot-without-tombstone',
  description:
    'A saga that failed compensates without closing its pivot first, so that a pivot still under way takes effect.',
  edits: [
    {
      file: 'sagas/resolve-pivot.ts',
      find: "hasBegun = await run.commit(pivot, { fence: { state: 'tombstone' }, saga: beginCompensation() })",
      replace: "await run.update(beginCompensation()); return 'compensate'",
    },
    {
      file: 'sagas/run-task.ts',
      find: "if (run.fence(pivotOf(run.definition)).state !== 'tombstone')",
      replace: "if (run.fence(pivotOf(run.definition)).state === 'done')",
    },
  ],
}

const recipientsFromNow: Mutant = {
  name: 'recipients-as-of-now',
  description: 'Whom an event concerns is read from the ticket as it is when its message arrives, not as of the event.',
  edits: [
    {
      file: 'app/consumers/read-recipients.ts',
      find: 'return recipientsAsOf(event, now, later.map(parseEvent))',
      replace: 'return recipientsAsOf(event, now, later.slice(later.length).map(parseEvent))',
    },
  ],
}

const replayAfterActor: Mutant = {
  name: 'duplicate-is-judged',
  description: 'Whether the user is still active is judged before a duplicate is recognized.',
  edits: [
    {
      file: 'app/judge-command.ts',
      find: "  if (earlier?.status === 'succeeded') return earlier\n",
      replace: '',
    },
  ],
}

/**
 * The mutants that the simulation must find: those of `npm run mutants` in code that it runs, and some that only an order of steps shows.
 */
export const simulatedMutants: readonly Mutant[] = [
  commit.noRequestKey,
  commit.requestKeyAfterCommit,
  unconditionalRequestKey,
  commit.noFingerprintCheck,
  commit.fingerprintWithoutActor,
  commit.requestKeyWithoutTenant,
  commit.lastWriteWins,
  commit.noOutboxRow,
  commit.eventAfterCommit,
  commit.noPreviousHash,
  commit.oldHashInHeader,
  freshTokenPerResend,
  conflictIsStale,
  replayAfterActor,
  delivery.fireAndForget,
  delivery.noSweeper,
  delivery.noUnconfirmedRow,
  outboxDeletedFirst,
  delivery.confirmWithoutLooking,
  noDigest,
  digestStoredLast,
  delivery.noCheckpoint,
  delivery.trustDeliveryOrder,
  delivery.dropPoisonEvents,
  delivery.passOverPoisonEvents,
  blockedSeenUnchecked,
  delivery.randomSagaId,
  recipientsFromNow,
  delivery.statsWithoutTenant,
  delivery.deactivateWithoutUnassigning,
  delivery.unassignBehindTheWritePath,
  delivery.countWithoutLeaving,
  saga.emptyUndo,
  saga.budgetNotReleased,
  saga.newMailIdPerAttempt,
  saga.giveUpInsteadOfParking,
  saga.noTombstone,
  saga.noGenerationCheck,
  pivotWithoutTombstone,
  saga.ignoreScanResult,
  saga.quotaNotReleased,
  saga.uploadSlotNotReleased,
  ...effectMutants,
  ...plainReadMutants,
  ...indexMutants,
]

/** Throws when there is none of that name, naming those that exist. */
export function findSimulatedMutant(name: string): Mutant {
  const found = simulatedMutants.find((mutant) => mutant.name === name)
  if (!found) {
    const names = simulatedMutants.map((each) => each.name)
    throw new Error(`there is no mutant ${name} for the simulation: it must be one of ${names.join(', ')}`)
  }
  return found
}
