import type { Container, Definition, State } from './definition.ts'
import { type Execution, type Status, updateExecution } from './execution.ts'
import type { Scope } from './expression.ts'
import { type Frame, type FrameBody, Frames, type Phase } from './frame.ts'
import { eventData, eventsMax, writeEvent } from './history.ts'
import type { Inspection } from './inspection.ts'
import type { Journal } from './journal.ts'
import type { Json, JsonObject } from './json.ts'
import { abortMapRuns } from './map-runs.ts'
import { isoTime } from './timestamps.ts'

/** The next event would be one too many: the execution fails. */
export class HistoryFull extends Error {}

export interface RunTools {
  journal: Journal
  now: () => number
  random: () => number
  /** Hears of each execution that has begun, ended or been revived, once that is committed. */
  onExecution?: ((execution: Execution) => void) | undefined
}

/** One execution during one transaction: what is read of it, and all writes to it. */
export class Run {
  readonly execution: Execution
  readonly definition: Definition
  readonly frames: Frames
  /** Frames that can move now, in order. */
  readonly ready: number[] = []
  /** Frames whose task is to be called once this transaction is committed. */
  readonly calls: Frame[] = []
  /** Items of a distributed Map whose executions begin in this transaction. */
  readonly items: Frame[] = []
  /** Executions of items that are to be stopped once it is committed. */
  readonly stops: number[] = []
  /** Set only when one state is tested. */
  readonly inspection: Inspection | undefined
  readonly #tools: RunTools

  constructor(execution: Execution, definition: Definition, tools: RunTools, inspection?: Inspection) {
    this.execution = execution
    this.inspection = inspection
    this.definition = definition
    this.frames = new Frames(tools.journal, execution.seq)
    this.#tools = tools
  }

  get now(): number {
    return this.#tools.now()
  }

  random(): number {
    return this.#tools.random()
  }

  isRunning(): boolean {
    return this.execution.status === 'RUNNING'
  }

  /** Adds an event and returns its number. Throws {@link HistoryFull}. */
  emit(type: string, previous: number, details?: JsonObject): number {
    const ends = type.startsWith('Execution')
    if (this.execution.lastEvent + 1 >= eventsMax && !ends) throw new HistoryFull()
    const id = ++this.execution.lastEvent
    writeEvent(this.#tools.journal, { execution: this.execution.seq, id, previous, type, timeMs: this.now, details })
    return id
  }

  /** Adds an event to a frame's line: the next one follows it. */
  emitNext(frame: Frame, type: string, details?: JsonObject): void {
    frame.body.lastEvent = this.emit(type, frame.body.lastEvent, details)
  }

  container(within: FrameBody['within']): Container {
    let container: Container = this.definition
    for (const [name, branch] of within) {
      const state = container.states.get(name)
      const inner =
        state?.Type === 'Map' ? state.Processor : state?.Type === 'Parallel' ? state.Branches[branch] : undefined
      if (!inner) throw new Error(`the definition has no states within ${name}`)
      container = inner
    }
    return container
  }

  stateOf(frame: Frame): State {
    const state = this.container(frame.body.within).states.get(frame.body.state)
    if (!state) throw new Error(`the definition has no state ${frame.body.state}`)
    return state
  }

  /** What the frame's state can see, `$` being `input`. */
  scope(frame: Frame, input: Json, token?: string): Scope {
    const { execution } = this
    const { state, enteredMs, retries, item, variables } = frame.body
    const context: JsonObject = {
      Execution: {
        Id: execution.arn,
        Input: JSON.parse(execution.input) as Json,
        StartTime: isoTime(execution.startMs),
        Name: execution.name,
        RoleArn: execution.roleArn,
        RedriveCount: execution.redriveCount,
        ...(execution.redriveMs !== null && { RedriveTime: isoTime(execution.redriveMs) }),
      },
      StateMachine: { Id: execution.machineArn, Name: execution.machineArn.split(':').at(-1) ?? '' },
      State: {
        Name: state,
        EnteredTime: isoTime(enteredMs),
        ...('Retry' in this.stateOf(frame) || this.stateOf(frame).Type === 'Task'
          ? { RetryCount: retries.reduce((sum, count) => sum + count, 0) }
          : {}),
      },
      ...(item && { Map: { Item: { Index: item.Index, Value: item.Value } } }),
      ...(token !== undefined && { Task: { Token: token } }),
    }
    const { inspection } = this
    return {
      input,
      context: inspection?.context ?? context,
      variables,
      random: () => this.random(),
      ...(inspection && { note: (what, value) => inspection.note(what, value) }),
    }
  }

  addFrame(parent: Frame | undefined, fields: { position: number; phase: Phase; body: FrameBody }): Frame {
    const frame: Frame = { id: this.execution.lastFrame++, parent: parent?.id ?? null, dueMs: null, ...fields }
    this.frames.save(frame)
    if (frame.phase === 'ready') this.ready.push(frame.id)
    return frame
  }

  /** Journals where a frame stands now. */
  move(frame: Frame, phase: Phase, dueMs: number | null = null): void {
    frame.phase = phase
    frame.dueMs = dueMs
    this.frames.save(frame)
    if (phase === 'ready' || phase === 'again') this.ready.push(frame.id)
  }

  /** Ends the execution. Frames of a bad end are kept for a redrive. */
  end(
    status: Exclude<Status, 'RUNNING'>,
    previous: number,
    outcome: { output?: Json; error?: string | undefined; cause?: string | undefined },
  ): void {
    const { execution } = this
    const { output, error, cause } = outcome
    const details =
      output !== undefined
        ? eventData('output', output)
        : { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) }
    this.emit(endEvents[status], previous, details)
    execution.status = status
    execution.stopMs = this.now
    execution.dueMs = null
    execution.output = output === undefined ? null : JSON.stringify(output)
    execution.error = error ?? null
    execution.cause = cause ?? null
    this.ready.length = 0
    this.calls.length = 0
    if (status === 'SUCCEEDED') this.frames.removeAll()
    else {
      this.items.length = 0
      this.stops.push(...abortMapRuns(this.#tools.journal, execution.seq, this.now))
      this.frames.freeze()
    }
  }

  get journal(): Journal {
    return this.#tools.journal
  }

  /** The first event and the first frame. */
  begin(): void {
    const { execution, definition } = this
    const input = { input: execution.input, inputDetails: { truncated: false }, roleArn: execution.roleArn }
    this.emit('ExecutionStarted', 0, input)
    this.#startClock()
    const body = {
      within: [],
      state: definition.startAt,
      input: JSON.parse(execution.input) as Json,
      variables: {},
      retries: [],
      lastEvent: 0,
      cameFrom: 0,
      enteredEvent: 0,
      enteredMs: 0,
      attempt: 0,
    }
    this.addFrame(undefined, { position: 0, phase: 'ready', body })
  }

  /** Undoes a bad end: the machine's time starts anew, the history goes on. */
  revive(): void {
    const { execution } = this
    execution.status = 'RUNNING'
    execution.stopMs = null
    execution.error = null
    execution.cause = null
    execution.redriveCount++
    execution.redriveMs = this.now
    this.#startClock()
    this.emit('ExecutionRedriven', 0, { redriveCount: execution.redriveCount })
  }

  #startClock(): void {
    const { timeoutSeconds } = this.definition
    this.execution.dueMs = timeoutSeconds === undefined ? null : this.now + timeoutSeconds * 1000
  }

  save(): void {
    updateExecution(this.#tools.journal, this.execution)
  }
}

const endEvents = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const
