import type { Runtime } from '../domain/runtime.ts'
import { appendRun, type RunEntry } from '../tables/runs.ts'
import type { Store } from '../tables/store.ts'

type Payload<Step extends RunEntry['step']> = Omit<Extract<RunEntry, { step: Step }>, 'task' | 'runId' | 'at' | 'step'>

interface RunLogDeps {
  store: Pick<Store, 'write'>
  runtime: Runtime
}

/** One run in the ledger. Every method throws when its entry may not be stored: what is not in the ledger is not done. */
export class RunLog {
  readonly runId: string
  readonly #deps: RunLogDeps
  readonly #task: string
  readonly #startedAt: string
  #entries = 0

  private constructor(deps: RunLogDeps, task: string) {
    this.#deps = deps
    this.#task = task
    this.runId = deps.runtime.newId()
    this.#startedAt = new Date(deps.runtime.now()).toISOString()
  }

  static async begin(deps: RunLogDeps, task: string, payload: Payload<'begun'>): Promise<RunLog> {
    const log = new RunLog(deps, task)
    await log.#append({ step: 'begun', ...payload })
    return log
  }

  found(payload: Payload<'found'>): Promise<void> {
    return this.#append({ step: 'found', ...payload })
  }

  restored(payload: Payload<'restored'>): Promise<void> {
    return this.#append({ step: 'restored', ...payload })
  }

  healed(payload: Payload<'healed'>): Promise<void> {
    return this.#append({ step: 'healed', ...payload })
  }

  notHealed(payload: Payload<'not healed'>): Promise<void> {
    return this.#append({ step: 'not healed', ...payload })
  }

  end(payload: Payload<'ended'>): Promise<void> {
    return this.#append({ step: 'ended', ...payload })
  }

  /** A refused condition is its own lost first attempt: no other run has this key. */
  async #append(entry: DistributedOmit<RunEntry, 'task' | 'runId' | 'at'>): Promise<void> {
    const { store, runtime } = this.#deps
    const at = new Date(runtime.now()).toISOString()
    await store.write(
      appendRun({ task: this.#task, runId: this.runId, at, ...entry }, this.#startedAt, ++this.#entries),
    )
  }
}

type DistributedOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never
