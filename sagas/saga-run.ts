import type { Runtime } from '../domain/runtime.ts'
import { traceOf } from '../domain/trace.ts'
import { Retries } from '../tables/retries.ts'
import { isOvertaken } from '../tables/saga-turns.ts'
import {
  type Attempt,
  hasEnded,
  type SagaRecord,
  type SagaRef,
  type SagaUpdate,
  sagaRow,
  updateSaga,
} from '../tables/sagas.ts'
import { requireSnapshot } from '../tables/snapshot.ts'
import { advanceFence, expireFence, type Fence, type StepKey, stepRow } from '../tables/step-keys.ts'
import type { Store, Write } from '../tables/store.ts'
import type { Saga, SagaStep, StepContext } from './saga.ts'
import { StepError, superseded } from './step-errors.ts'
import { wentOnAfterHold } from './went-on-after-hold.ts'

/** What a saga's tasks need beside its definition. */
export interface SagaDeps<Tools = unknown> {
  store: Store
  runtime: Runtime
  tools: Tools
}

/** One transaction of a step: its fence's next state, its rows, and the change of the saga's row. */
export interface StepCommit {
  fence: StepKey
  /** The step's own effect. */
  writes?: Write[]
  saga?: SagaUpdate
}

/** The saga's row and the fences of all its steps, as of one moment. */
interface Snapshot {
  record: SagaRecord
  fences: Map<string, Fence>
}

/**
 * One task's view of its saga: loads a snapshot, commits changes under the condition that the snapshot still holds, and refreshes.
 * It decides nothing.
 */
export class SagaRun {
  readonly definition: Saga
  readonly deps: SagaDeps
  readonly ref: SagaRef
  readonly deadlineMs: number
  #snapshot: Snapshot
  #attemptCount: number

  private constructor(definition: Saga, deps: SagaDeps, ref: SagaRef, deadlineMs: number, snapshot: Snapshot) {
    this.definition = definition
    this.deps = deps
    this.ref = ref
    this.deadlineMs = deadlineMs
    this.#snapshot = snapshot
    this.#attemptCount = snapshot.record.timeline.length
  }

  /** Throws `ExecutionSuperseded` when a later generation owns the saga, or when it was parked after this task began. */
  static async load(definition: Saga, deps: SagaDeps, ref: SagaRef, deadlineMs: number): Promise<SagaRun> {
    return new SagaRun(definition, deps, ref, deadlineMs, await readSaga(definition, deps, ref))
  }

  get record(): SagaRecord {
    return this.#snapshot.record
  }

  fence({ name }: Pick<SagaStep, 'name'>): Fence {
    return this.#snapshot.fences.get(name) ?? { state: 'absent' }
  }

  now(): string {
    return new Date(this.deps.runtime.now()).toISOString()
  }

  /** What a step's do, undo or callback is given. */
  context(): StepContext {
    const { tenant, id, input, reason, timeline } = this.record
    const wentOnAtMs = wentOnAfterHold(timeline, this.deps.runtime.now())
    const results = [...this.#snapshot.fences].flatMap(([step, fence]) =>
      fence.state === 'done' ? [[step, fence.result] as const] : [],
    )
    return {
      saga: {
        tenant,
        id,
        ...traceOf(this.record),
        ...(reason !== undefined && { reason }),
        ...(wentOnAtMs !== undefined && { wentOnAtMs }),
      },
      input: this.definition.input.parse(input),
      results: Object.fromEntries(results),
      nowMs: this.deps.runtime.now(),
      store: this.deps.store,
      tools: this.deps.tools,
    }
  }

  /**
   * Commits a step's transaction if its fence is still in the state of the snapshot and the saga is still this execution's. Returns
   * whether it is known to be committed; if not, the fence tells after a {@link refresh}.
   */
  async commit(step: SagaStep, { fence, writes = [], saga = {} }: StepCommit): Promise<boolean> {
    const { store, runtime } = this.deps
    const { tenant, id: sagaId } = this.ref
    const endsSaga = saga.state !== undefined && hasEnded({ state: saga.state })
    const atMs = runtime.now()
    const outcome = await store.transactWrite(
      [
        advanceFence({ tenant, sagaId, step: step.name }, this.fence(step).state, fence, { atMs, endsSaga }),
        updateSaga(this.ref, this.now(), this.#withSlot(saga)),
        ...writes,
        ...(endsSaga ? this.#otherFences(step).map((name) => expireFence({ tenant, sagaId, step: name }, atMs)) : []),
      ],
      runtime.newId(),
    )
    if (outcome.status !== 'committed') return false
    this.#snapshot.fences.set(step.name, fence)
    this.#apply(saga)
    return true
  }

  /**
   * Updates the saga's row alone. Throws `ExecutionSuperseded` when it no longer belongs to this execution;
   * ignored once the saga has ended.
   */
  async update(update: SagaUpdate): Promise<void> {
    const { status } = await this.deps.store.write(updateSaga(this.ref, this.now(), this.#withSlot(update)))
    if (status === 'done') return this.#apply(update)
    await this.refresh()
    if (!hasEnded(this.record)) throw new Error('the saga row refused an update although the saga has not ended')
  }

  /**
   * Adds a failed attempt to the timeline. If that fails too, the error that is being reported matters more:
   * the next task records it as lost.
   */
  async recordFailure(attempt: Attempt): Promise<void> {
    await this.update({ attempt, task: 'ended' }).catch(() => undefined)
  }

  /** Ends the task without an attempt on the timeline, unless it has ended. */
  async endTask(): Promise<void> {
    if (this.record.task) await this.update({ task: 'ended' }).catch(() => undefined)
  }

  /** Throws as {@link load} does. */
  async refresh(): Promise<void> {
    this.#snapshot = await readSaga(this.definition, this.deps, this.ref)
    this.#attemptCount = this.record.timeline.length
  }

  #otherFences(step: SagaStep): string[] {
    return [...this.#snapshot.fences.keys()].filter((name) => name !== step.name)
  }

  #withSlot(update: SagaUpdate): SagaUpdate {
    if (!update.attempt) return update
    return { ...update, slot: { number: this.#attemptCount, id: this.deps.runtime.newId() } }
  }

  /** Keeps the snapshot in step with what was committed, without reading it again. */
  #apply({ attempt, task: change, state, definition, reason }: SagaUpdate): void {
    const { task: before, ...record } = this.record
    const task = change === 'ended' ? undefined : (change ?? before)
    if (attempt) this.#attemptCount += 1
    this.#snapshot.record = {
      ...record,
      ...(task && { task }),
      ...(state && { state }),
      ...(definition && { definition }),
      ...(reason && { reason }),
      timeline: attempt ? [...record.timeline, attempt] : record.timeline,
    }
  }
}

async function readSaga({ steps }: Saga, { store, runtime }: SagaDeps, ref: SagaRef): Promise<Snapshot> {
  const { tenant, id: sagaId, generation } = ref
  const fenceReads = Object.fromEntries(
    steps.map(({ name }) => [`step ${name}`, stepRow({ tenant, sagaId, step: name })] as const),
  )
  const reads = { saga: sagaRow(tenant, sagaId), ...fenceReads }
  const rows = await requireSnapshot(store, new Retries(runtime), reads)
  const { saga: record, ...fences } = rows as { saga?: SagaRecord } & Record<string, StepKey | undefined>
  if (!record)
    throw new Error(
      `saga ${sagaId} of tenant ${tenant} has no row, although its execution runs: if the tables were restored to a time before it began, stop the execution; otherwise restore the row (docs/restore.md)`,
    )
  if (record.generation !== generation)
    throw new StepError(superseded, `generation ${generation} was superseded by generation ${record.generation}`)
  if (isOvertaken(record, ref)) throw new StepError(superseded, 'the saga was parked after this task began')
  const stored = steps.flatMap(({ name }) => {
    const fence = fences[`step ${name}`] as StepKey | undefined
    return fence ? [[name, fence] as const] : []
  })
  return { record, fences: new Map<string, Fence>(stored) }
}
