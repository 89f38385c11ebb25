import type { Runtime } from '../domain/runtime.ts'
import { readRow } from '../tables/read-row.ts'
import type { Store } from '../tables/store.ts'
import { putSweepPosition, type SweepPosition, sweepPositionRow } from '../tables/sweep-positions.ts'
import type { Observer } from './observer.ts'

export type Position = NonNullable<SweepPosition['after']>

export interface PositionDeps {
  store: Store
  runtime: Runtime
  observer: Observer
}

/**
 * The stored position of one sweep, for the length of a round. Of two rounds at once, the one that wrote last keeps the position; the
 * other goes on without. So a stored position always has everything before it behind it.
 */
export class KeptPosition {
  readonly after: Position | undefined
  /** The round before was cut off behind `after` (or still runs): something there may end every round that meets it. */
  readonly wasCutOff: boolean
  readonly #deps: PositionDeps
  readonly #sweep: string
  readonly #ownRevisions = new Set<string>()
  #revision: string | undefined
  #isStorable = true

  private constructor(deps: PositionDeps, sweep: string, stored: SweepPosition | undefined) {
    this.#deps = deps
    this.#sweep = sweep
    this.#revision = stored?.revision
    this.after = stored?.after
    this.wasCutOff = stored?.isRunning ?? false
  }

  static async read(deps: PositionDeps, sweep: string): Promise<KeptPosition> {
    return new KeptPosition(deps, sweep, await readRow(deps.store, sweepPositionRow(sweep)))
  }

  /** Of a round that begins at the beginning and leaves nothing behind. */
  static none(deps: PositionDeps, sweep: string): KeptPosition {
    const position = new KeptPosition(deps, sweep, undefined)
    position.#isStorable = false
    return position
  }

  /** Whether there is anything to store at the end of a round that has met nothing. */
  get isStored(): boolean {
    return this.after !== undefined || this.wasCutOff
  }

  /** Never throws: a position that can't be stored costs work twice, nothing else. */
  async save(after: Position | undefined, { isRunning }: { isRunning: boolean }): Promise<void> {
    if (!this.#isStorable) return
    const { store, runtime, observer } = this.#deps
    const revision = runtime.newId()
    this.#ownRevisions.add(revision)
    const position = { ...(after !== undefined && { after }), isRunning, revision }
    try {
      let outcome = await store.write(putSweepPosition(this.#sweep, position, this.#revision))
      const found = outcome.status === 'condition-failed' ? outcome.row?.revision : undefined
      // An earlier write of this round whose answer was lost, or this one itself, sent twice.
      if (typeof found === 'string' && found !== revision && this.#ownRevisions.has(found))
        outcome = await store.write(putSweepPosition(this.#sweep, position, found))
      if (outcome.status === 'done' || found === revision) this.#revision = revision
      else this.#isStorable = false
    } catch (cause) {
      observer.warn('position of a sweep could not be stored', { sweep: this.#sweep, cause })
    }
  }
}
