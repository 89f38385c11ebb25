import type { Runtime } from '../domain/runtime.ts'
import { Retries } from '../tables/retries.ts'
import {
  type Attempt,
  hasEnded,
  isOvertaken,
  moveSaga,
  type RunningTask,
  type SagaMove,
  type SagaRecord,
  type SagaRef,
  sagaRow,
} from '../tables/sagas.ts'
import { readSnapshot } from '../tables/snapshot.ts'
import { type Fence, moveFence, type StepKey, stepRow } from '../tables/step-keys.ts'
import type { Store, Write } from '../tables/store.ts'
import type { Saga, SagaStep, StepContext } from './saga.ts'
import { failedStep, StepError, superseded } from './step-errors.ts'
import { definitionVersion } from './version.ts'

/** What a task needs beside its saga. */
export interface SagaDeps<Tools = unknown> {
  store: Store
  runtime: Runtime
  tools: Tools
}

/** What a fence becomes next, with what belongs into the same transaction. */
export interface FenceMove {
  to: StepKey
  /** The step's own effect. */
  writes?: Write[]
  saga?: SagaMove
}

/** One task's view of its saga: the row and all fences as of one moment, read again whenever a write was refused. */
export class SagaRun {
  readonly definition: Saga
  readonly deps: SagaDeps
  readonly ref: SagaRef
  readonly #deadlineMs: number
  #record: SagaRecord
  #fences: Map<string, Fence>
  #slots: number
  #hasBegun = false

  constructor(definition: Saga, deps: SagaDeps, ref: SagaRef, deadlineMs: number, progress: Progress) {
    this.definition = definition
    this.deps = deps
    this.ref = ref
    this.#deadlineMs = deadlineMs
    this.#record = progress.record
    this.#fences = progress.fences
    this.#slots = progress.record.timeline.length
  }

  /** Throws `ExecutionSuperseded` when the saga has moved to another generation, or was parked since. */
  static async open(definition: Saga, deps: SagaDeps, ref: SagaRef, deadlineMs: number): Promise<SagaRun> {
    return new SagaRun(definition, deps, ref, deadlineMs, await readProgress(definition, deps, ref))
  }

  get record(): SagaRecord {
    return this.#record
  }

  /** Whether this task has said that it begins. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  fence({ name }: SagaStep): Fence {
    return this.#fences.get(name) ?? { state: 'absent' }
  }

  now(): string {
    return new Date(this.deps.runtime.now()).toISOString()
  }

  context(): StepContext {
    const { tenant, id, correlationId, input, reason } = this.#record
    const results = [...this.#fences].flatMap(([step, fence]) =>
      fence.state === 'done' ? [[step, fence.result] as const] : [],
    )
    return {
      saga: { tenant, id, correlationId, ...(reason !== undefined && { reason }) },
      input: this.definition.input.parse(input),
      results: Object.fromEntries(results),
      nowMs: this.deps.runtime.now(),
      store: this.deps.store,
      tools: this.deps.tools,
    }
  }

  /**
   * Moves a step's fence until `next` says that it is where it should be. Each move is one transaction of fence, effect and saga
   * row; whatever it comes to, `next` is asked again with the fence as it is then, so a lost answer, a duplicate and a race are all the
   * same case. `again` moves nothing, and asks again. Throws the step's error when it keeps colliding.
   */
  async settle(step: SagaStep, next: (fence: Fence) => Promise<FenceMove | 'over' | 'again'>): Promise<void> {
    const { runtime } = this.deps
    const retries = new Retries(runtime, Math.min(this.#deadlineMs, runtime.now() + step.timeoutSeconds * 1000))
    for (;;) {
      const fence = this.fence(step)
      const move = await next(fence)
      if (move === 'over') return
      if (move === 'again') continue
      if (await this.#commit(step, fence, move)) continue
      if (!(await retries.next()))
        throw new StepError(failedStep(step.name), `${step.name}: collided until its time was up`)
      await this.#refresh()
    }
  }

  /**
   * Says that a task begins. What an earlier task began and never ended is put on the timeline as lost, `because` of an error. The
   * first task pins the definition: a saga may be written just before a deployment and be started just after it.
   */
  beginning(task: Omit<RunningTask, 'startedAt'>, because?: string): SagaMove {
    const lost = this.lost(because)
    const begun = task.steps.length > 0 ? { ...task, startedAt: this.now() } : ('over' as const)
    const definition = this.#record.state === 'pending' ? { definition: definitionVersion(this.definition) } : {}
    return { state: 'running', ...definition, task: begun, parking: 'over', ...(lost && { attempt: lost }) }
  }

  /** The attempt that an earlier task began without ending it, if there is one. */
  lost(because?: string): Attempt | undefined {
    const { task } = this.#record
    if (!task) return undefined
    const isOpen = (name: string) => {
      const { state } = this.#fences.get(name) ?? { state: 'absent' }
      return task.action === 'do'
        ? state === 'absent' || state === 'intent'
        : state !== 'undone' && state !== 'tombstone'
    }
    const step = task.steps.find(isOpen) ?? task.steps.at(-1) ?? ''
    const error = because ? { error: { name: because } } : {}
    return { step, action: task.action, startedAt: task.startedAt, endedAt: this.now(), outcome: 'lost', ...error }
  }

  /** Whether a step's fence has been moved by someone else since it was read. It is read again for that. */
  async hasMoved(step: SagaStep): Promise<boolean> {
    const { state } = this.fence(step)
    await this.#refresh()
    return this.fence(step).state !== state
  }

  /** Moves the saga's row alone. Throws `ExecutionSuperseded` when that is no longer this execution's to do. */
  async move(move: SagaMove): Promise<void> {
    const { status } = await this.deps.store.write(moveSaga(this.ref, this.now(), this.#withSlot(move)))
    if (status === 'done') return this.#moved(move)
    await this.#refresh()
    if (!hasEnded(this.#record)) throw new Error('the saga row refused a move without having ended')
  }

  /** A failure of the timeline must not hide the failure that it tells of: it is put there as lost later. */
  async recordFailure(attempt: Attempt): Promise<void> {
    await this.move({ attempt, task: 'over' }).catch(() => undefined)
  }

  async #commit(step: SagaStep, was: Fence, { to, writes = [], saga = {} }: FenceMove): Promise<boolean> {
    const { store, runtime } = this.deps
    const { tenant, id: sagaId } = this.ref
    const outcome = await store.transactWrite(
      [
        moveFence({ tenant, sagaId, step: step.name }, was.state, to, runtime.now()),
        moveSaga(this.ref, this.now(), this.#withSlot(saga)),
        ...writes,
      ],
      runtime.newId(),
    )
    if (outcome.status !== 'committed') return false
    this.#fences.set(step.name, to)
    this.#moved(saga)
    return true
  }

  #withSlot(move: SagaMove): SagaMove {
    return move.attempt ? { ...move, slot: { number: this.#slots, id: this.deps.runtime.newId() } } : move
  }

  #moved({ attempt, task, state, definition, reason }: SagaMove): void {
    const { task: before, ...record } = this.#record
    const after = task === 'over' ? undefined : (task ?? before)
    if (attempt) this.#slots += 1
    if (after && after !== before) this.#hasBegun = true
    this.#record = {
      ...record,
      ...(after && { task: after }),
      ...(state && { state }),
      ...(definition && { definition }),
      ...(reason && { reason }),
      timeline: attempt ? [...record.timeline, attempt] : record.timeline,
    }
  }

  async #refresh(): Promise<void> {
    const { record, fences } = await readProgress(this.definition, this.deps, this.ref)
    this.#record = record
    this.#fences = fences
    this.#slots = record.timeline.length
  }
}

interface Progress {
  record: SagaRecord
  fences: Map<string, Fence>
}

async function readProgress({ steps }: Saga, { store, runtime }: SagaDeps, ref: SagaRef): Promise<Progress> {
  const { tenant, id: sagaId, generation } = ref
  const fenceReads = Object.fromEntries(
    steps.map(({ name }) => [`step ${name}`, stepRow({ tenant, sagaId, step: name })] as const),
  )
  const snapshot = await readSnapshot(store, new Retries(runtime), { saga: sagaRow(tenant, sagaId), ...fenceReads })
  if (snapshot.status !== 'read') throw new Error('the saga could not be read: its rows are being written all the time')
  const { saga: record, ...fences } = snapshot.rows as { saga?: SagaRecord } & Record<string, StepKey | undefined>
  if (!record) throw new Error('the saga has no row')
  if (record.generation !== generation)
    throw new StepError(superseded, `generation ${generation} was followed by ${record.generation}`)
  if (isOvertaken(record, ref)) throw new StepError(superseded, 'the saga was parked since this task began')
  const present = steps.flatMap(({ name }) => {
    const fence = fences[`step ${name}`] as StepKey | undefined
    return fence ? [[name, fence] as const] : []
  })
  return { record, fences: new Map<string, Fence>(present) }
}
