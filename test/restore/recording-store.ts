import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store, TableName, Write, WriteOutcome } from '../../tables/store.ts'

/** A store that can be restored: each table by itself, to the moment before any of its commits. */
export class RecordingStore extends MemoryStore {
  /** Every commit, in order. */
  readonly commits: { atMs: number; writes: readonly Write[] }[] = []
  readonly #tokens = new Set<string>()
  readonly #now: () => number

  constructor(now: () => number) {
    super()
    this.#now = now
  }

  override async transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome> {
    const outcome = await super.transactWrite(writes, token)
    if (outcome.status === 'committed' && !this.#tokens.has(token)) this.#record(writes)
    this.#tokens.add(token)
    return outcome
  }

  override async write(write: Write): ReturnType<Store['write']> {
    const outcome = await super.write(write)
    if (outcome.status === 'done') this.#record([write])
    return outcome
  }

  /** New tables, each as it was before the commit of this number. */
  async restore(tables: readonly TableName[], pointOf: (table: TableName) => number): Promise<MemoryStore> {
    const restored = new MemoryStore()
    for (const table of tables)
      for (const { writes } of this.commits.slice(0, pointOf(table)))
        for (const write of writes)
          if (write.table === table && write.kind !== 'check') {
            const { when: _, ...unconditional } = write
            await restored.write(unconditional)
          }
    return restored
  }

  #record(writes: readonly Write[]): void {
    this.commits.push({ atMs: this.#now(), writes: structuredClone(writes) })
  }
}
