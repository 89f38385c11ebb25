import type { Depths, DoubleClick, Promises } from '../../../console/wire.ts'
import type { Life, LifeQuery, StoredRow } from '../../../console/wire-life.ts'

/** What the console shows of stored data. Whoever starts the stack brings it, since only proofs may read tables (ADR 1). */
export interface ConsoleSources {
  depths(): Promise<Depths>
  promises(): Promise<Promises>
  /** Undefined when nothing is known of it. */
  life(query: LifeQuery): Promise<Life | undefined>
  /** Without what must be shown to nobody. Undefined when there is no such row. */
  row(ref: { table: string; pk: string; sk?: string }): Promise<StoredRow | undefined>
  /** Sends one request so many times at once. */
  doubleClick(copies: number): Promise<DoubleClick>
  /** Nobody watches for now: gives back memory. */
  rest(): void
  stop(): Promise<void>
}
