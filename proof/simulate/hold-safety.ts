import { everythingIsHeld } from '../../domain/hold.ts'
import { isStackHold } from '../../tables/stack-hold.ts'
import type { Report, SafetyOptions } from './broken-invariant.ts'
import type { RowChange } from './mirror.ts'
import { applyingMsMax } from './simulated-store.ts'

const everything = 'everything'

/** That nobody calls what was held before its task began: every task looks, whatever others have seen. */
export class HoldSafety {
  readonly #report: Report
  readonly #now: () => number
  readonly #count: (what: string) => void
  /** Since when each is held without a break: everything, or a tenant's dependency. */
  readonly #since = new Map<string, number>()

  constructor(report: Report, { now, count }: Pick<SafetyOptions, 'now' | 'count'>) {
    this.#report = report
    this.#now = now
    this.#count = count
  }

  judge({ table, key, after }: RowChange): void {
    if (table !== 'Tickets' || !after) return
    if (isStackHold(key)) this.#keep(everything, after.hold === undefined ? [] : [everything])
    if (key.sk !== 'HOLDS') return
    const holds = after.holds as readonly { dependency: string }[]
    this.#keep(
      `${after.tenant} `,
      holds.map(({ dependency }) => `${after.tenant} ${dependency}`),
    )
  }

  /** Judges a call at the moment in which it takes effect. */
  called(tenant: string, dependency: string, taskBeganMs: number): void {
    for (const name of [everything, `${tenant} ${dependency}`]) {
      const sinceMs = this.#since.get(name)
      // The transaction that held it may have been applied for so long.
      if (sinceMs !== undefined && taskBeganMs > sinceMs + applyingMsMax)
        this.#report(33, `${dependency} of ${tenant}`, `was called by a task that began while ${name} was held`)
    }
  }

  /** Takes note of a task that found what it needs held. */
  met(message: string): void {
    if (message.endsWith(everythingIsHeld)) this.#count('a saga met the hold on everything')
  }

  #keep(prefix: string, names: readonly string[]): void {
    for (const name of this.#since.keys())
      if (name.startsWith(prefix) && !names.includes(name)) this.#since.delete(name)
    for (const name of names) if (!this.#since.has(name)) this.#since.set(name, this.#now())
  }
}
