import { isLater, type Stage } from '../../domain/migration.ts'
import { type MigrationState, putStages, type StoredStages } from '../../tables/migrations.ts'
import { appendRun, type RunEntry } from '../../tables/runs.ts'
import type { ConsumerDeps } from '../consume/consumer.ts'
import { holdsEverywhereAtMs, readStages } from './stage-reader.ts'

/** What the command tells: that the migration was not changed, with the reason. */
export class MigrationRefusedError extends Error {}

export interface StageCommand {
  migration: string
  action: 'next' | 'back' | 'halt' | 'resume'
  /** The stage that a move leaves: a command that names it can be repeated, and moves once. */
  from?: Stage | undefined
  /** Who runs the command. */
  operator: string
  /** Why, for a halt. */
  why?: string | undefined
}

/** The ledger's task of a migration's changes and fills. */
export const taskOf = (migration: string) => `migrate ${migration}`

/** The state of a migration; before anybody has begun it, that of its first stage. */
export function stateOf(stored: StoredStages | undefined, migration: string): MigrationState {
  return stored?.migrations[migration] ?? notBegunState
}

const longAgo = new Date(0).toISOString()
const notBegunState: MigrationState = {
  stage: 'expand',
  reached: 'expand',
  moved: { by: 'nobody', at: longAgo },
  settledAt: longAgo,
}

/**
 * Moves a migration to a stage, or halts or resumes it where it is: one transaction with its entry in the ledger, provided that the stages
 * are still those that were `read`. So of two operators only one succeeds, and no change lacks its entry. Throws
 * {@link MigrationRefusedError} for the other one. After a lost answer, what is stored says whose change it was.
 */
export async function changeStage(
  { store, runtime }: ConsumerDeps,
  read: StoredStages | undefined,
  { migration, action, operator, why }: StageCommand,
  to: Stage,
): Promise<void> {
  const now = runtime.now()
  const at = new Date(now).toISOString()
  const before = stateOf(read, migration)
  const isMove = action === 'next' || action === 'back'
  const { halted: _, ...running } = before
  const after: MigrationState = isMove
    ? {
        ...before,
        stage: to,
        reached: isLater(to, before.reached) ? to : before.reached,
        moved: { by: operator, at },
        settledAt: new Date(Math.max(Date.parse(before.settledAt), holdsEverywhereAtMs(read, now))).toISOString(),
      }
    : { ...running, ...(action === 'halt' && { halted: { by: operator, at, why: why ?? 'no reason given' } }) }
  const changeId = runtime.newId()
  const next = {
    revision: (read?.revision ?? 0) + 1,
    changeId,
    migrations: { ...read?.migrations, [migration]: after },
  }
  const reason = why === undefined ? {} : { reason: why }
  const moved = { step: 'moved', action, operator, from: before.stage, to, ...reason } as const
  const entry: RunEntry = { task: taskOf(migration), runId: changeId, at, ...moved }
  const writes = [putStages(next), appendRun(entry, at, 1)]
  for (let attempt = 1; ; attempt++) {
    const outcome = await store.transactWrite(writes, changeId)
    if (outcome.status === 'committed') return
    const stored = await readStages(store)
    if (stored?.changeId === changeId) return
    // Another revision: it can no longer take effect. The same one: it was not accepted, or may still be, under its token.
    if (stored?.revision !== read?.revision)
      throw new MigrationRefusedError(`${someoneElse(stored, migration)}: this command changed nothing`)
    if (attempt === attemptsMax)
      throw new MigrationRefusedError(
        'the database did not accept the change: ask for the status, and run the command again',
      )
    await runtime.sleep(attempt * 100)
  }
}

const attemptsMax = 5

function someoneElse(stored: StoredStages | undefined, migration: string): string {
  const { stage, moved } = stateOf(stored, migration)
  return `somebody else has changed the stages meanwhile (${migration} is at "${stage}", moved by ${moved.by} at ${moved.at})`
}
