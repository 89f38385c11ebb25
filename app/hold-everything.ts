import type { StackHold } from '../domain/hold.ts'
import type { Runtime } from '../domain/runtime.ts'
import { readRow } from '../tables/read-row.ts'
import { appendRun, type RunEntry, runRow } from '../tables/runs.ts'
import { putStackHold, type StoredStackHold, stackHoldRow } from '../tables/stack-hold.ts'
import type { Store } from '../tables/store.ts'

/** What the command tells: that the hold was not changed, with the reason. */
export class HoldRefusedError extends Error {}

/** The ledger's task of all changes of the hold on everything. */
export const holdTask = 'hold everything'

interface Deps {
  store: Store
  runtime: Runtime
}

/** The hold on everything, if there is one. */
export async function holdOnEverything({ store }: Pick<Deps, 'store'>): Promise<StackHold | undefined> {
  return (await readRow(store, stackHoldRow))?.hold
}

/**
 * Holds everything: no saga of any tenant begins a call outside until it is released. One that is held already stays as it is, with
 * the reason of the operator who held it first. When it returns, everything is or was held, by this call or an earlier one; when it
 * throws, it may be all the same.
 */
export async function holdEverything(
  deps: Deps,
  { operator, reason }: { operator: string; reason: string },
): Promise<{ hold: StackHold; isNew: boolean }> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const stored = await readRow(deps.store, stackHoldRow)
    if (stored?.hold) return { hold: stored.hold, isNew: false }
    const hold: StackHold = { since: nowOf(deps), by: operator, reason }
    // A release came between: this call is the later one, and holds anew.
    if (await change(deps, stored, hold, { step: 'held', operator, reason })) return { hold, isNew: true }
  }
  throw notAccepted()
}

/**
 * Releases everything, and returns the hold that was: what tenants hold stays held. Throws {@link HoldRefusedError} when nothing is held,
 * or when somebody else has changed that meanwhile: a hold that this operator has not seen stays.
 */
export async function releaseEverything(deps: Deps, { operator }: { operator: string }): Promise<StackHold> {
  const stored = await readRow(deps.store, stackHoldRow)
  if (!stored?.hold)
    throw new HoldRefusedError('everything is released already: what a tenant holds, its admin releases')
  if (await change(deps, stored, undefined, { step: 'released', operator })) return stored.hold
  throw new HoldRefusedError('somebody else has released or held everything meanwhile: this command changed nothing')
}

type HoldChange = { step: 'held'; operator: string; reason: string } | { step: 'released'; operator: string }

/**
 * One transaction with its entry in the ledger, provided that the row is still as it was `read`. So no change lacks its entry, and of two
 * operators only one succeeds: returns false for the other. After a lost answer, the ledger says whose change it was.
 */
async function change(
  deps: Deps,
  read: StoredStackHold | undefined,
  hold: StackHold | undefined,
  holdChange: HoldChange,
): Promise<boolean> {
  const { store, runtime } = deps
  const changeId = runtime.newId()
  const at = hold?.since ?? nowOf(deps)
  const revision = (read?.revision ?? 0) + 1
  const entry: RunEntry = { task: holdTask, runId: changeId, at, ...holdChange, revision }
  const writes = [putStackHold({ revision, changeId, ...(hold && { hold }) }), appendRun(entry, at, 1)]
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const outcome = await store.transactWrite(writes, changeId)
    if (outcome.status === 'committed') return true
    const stored = await readRow(store, stackHoldRow)
    if (stored?.changeId === changeId) return true
    // A later revision: it can no longer take effect, and has done so before if it is in the ledger.
    if ((stored?.revision ?? 0) >= revision) return (await readRow(store, runRow(entry, at, 1))) !== undefined
    // The same one: it was not accepted, or may still be, under its token.
    await runtime.sleep(attempt * 100)
  }
  throw notAccepted()
}

const attemptsMax = 5

const notAccepted = () =>
  new HoldRefusedError(
    'the database did not accept the change, or not yet: ask for the status, and run the command again',
  )

const nowOf = ({ runtime }: Pick<Deps, 'runtime'>) => new Date(runtime.now()).toISOString()
