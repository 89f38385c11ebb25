import { type Forms, formsAt, notBegun, type Stage, versionRefusal } from '../../domain/migration.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { type StoredStages, stagesRow } from '../../tables/migrations.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'
import type { Migration } from './migration.ts'

/** How long a function goes on with the stages that it has read: while a migration is under way, and while none is. */
export const stagesAgeMsMax = { underWay: 1_000, idle: 15_000 }

/** A write is translated once, and sent again for at most as long as a command may take (8 s) and one more call (2.5 s). */
const writeMsMax = 11_000

/** The version gate refused: this code may not write this data. The message is for operators. */
export class VersionGateError extends Error {}

/** The stages as they are stored; undefined when no migration was ever begun. */
export async function readStages(store: Pick<Store, 'get'>): Promise<StoredStages | undefined> {
  return readRow(store, stagesRow)
}

/** When the last function stops going on with the stages that are stored, if they are changed now. Epoch milliseconds. */
export function holdsEverywhereAtMs(stored: StoredStages | undefined, nowMs: number): number {
  return nowMs + ageMsMax(stored) + writeMsMax
}

const isAtRest = (stage: Stage) => stage === 'expand' || stage === 'contract'

function ageMsMax(stored: StoredStages | undefined): number {
  const states = Object.values(stored?.migrations ?? {})
  return states.every(({ stage }) => isAtRest(stage)) ? stagesAgeMsMax.idle : stagesAgeMsMax.underWay
}

/** Why this code may not run on this data: the first refusal of the version gate; undefined if it may. */
export function gateRefusal(stored: StoredStages | undefined, known: readonly Migration[]): string | undefined {
  const states = stored?.migrations ?? {}
  const names = new Set([...Object.keys(states), ...known.map(({ name }) => name)])
  for (const name of names) {
    const understood = known.find((migration) => migration.name === name)?.understands
    const refusal = versionRefusal(name, states[name] ?? notBegun, understood)
    if (refusal) return refusal
  }
  return undefined
}

/** The stages in a function, read again when they are too old. Only a write of a row that migrates asks for them. */
export class StageReader {
  readonly #store: Pick<Store, 'get'>
  readonly #runtime: Pick<Runtime, 'now'>
  readonly #known: readonly Migration[]
  #kept: { readAtMs: number; stored: StoredStages | undefined } | undefined

  constructor(store: Pick<Store, 'get'>, runtime: Pick<Runtime, 'now'>, known: readonly Migration[]) {
    this.#store = store
    this.#runtime = runtime
    this.#known = known
  }

  /** What to do with the rows of a migration. Throws {@link VersionGateError} when this code may not run on the data. */
  async forms(name: string): Promise<Forms> {
    const nowMs = this.#runtime.now()
    const kept = this.#kept
    const isFresh = kept && nowMs >= kept.readAtMs && nowMs - kept.readAtMs <= ageMsMax(kept.stored)
    // The time before the read: the row may change while the answer is on its way.
    const current = isFresh ? kept : { readAtMs: nowMs, stored: await readStages(this.#store) }
    this.#kept = current
    const refusal = gateRefusal(current.stored, this.#known)
    if (refusal) throw new VersionGateError(refusal)
    return formsAt[(current.stored?.migrations[name] ?? notBegun).stage]
  }
}
