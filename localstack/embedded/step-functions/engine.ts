import type { Log } from '../ports.ts'
import { CallQueue } from './call-queue.ts'
import type { Definition } from './definition.ts'
import type { TaskState } from './definition-schema.ts'
import { itemExecution } from './distributed-map.ts'
import { type Execution, insertExecution, loadExecution, type NewExecution } from './execution.ts'
import type { Frame } from './frame.ts'
import type { Journal } from './journal.ts'
import { pinDefinition } from './machines.ts'
import { itemOf, keepItem, strayItems } from './map-runs.ts'
import { answered, callAgain, childEnded, firstStep, isCurrent, redriveFrames, resume, timeUp } from './occurrences.ts'
import { step } from './progress.ts'
import { readDefinition } from './read-definition.ts'
import { Run, type RunTools } from './run.ts'
import { callTask, type TaskCalls } from './task-call.ts'
import { resourceOf } from './task-start.ts'

/** Steps in one transaction at most, so that a long line of quick states does not hold everyone else up. */
const stepsAtOnceMax = 100
/** The longest sleep: setTimeout can't count far beyond 24 days. */
const sleepMsMax = 3_600_000
/** How long a clean stop waits for answers of tasks. What has not answered by then is called again after the restart. */
const stopGraceMs = 2_000
/**
 * Tasks called at the same time. AWS adds machines; here more at once than the machine has use for would wait for each other, run
 * out of their time, and be called again on top.
 */
const callsAtOnceMax = 8

/**
 * Runs executions. Whatever happens to one (a step, an answer, a time that is up) is one transaction of the journal;
 * functions are called after it is committed. So a process that is killed at any point goes on from its last commit,
 * and repeats at most the calls that had not answered: AWS promises no more (tasks run at least once).
 */
export class Engine {
  readonly #tools: RunTools
  readonly #calls: TaskCalls
  readonly #log: Log
  readonly #definitions = new Map<string, Definition>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #waiting = new CallQueue()
  #timer: NodeJS.Timeout | undefined
  #state: 'idle' | 'started' | 'stopped' = 'idle'

  constructor(tools: RunTools, calls: TaskCalls, log: Log) {
    this.#tools = tools
    this.#calls = calls
    this.#log = log
  }

  /** Goes on with everything that runs. */
  start(): void {
    this.#state = 'started'
    const { ended, orphans } = strayItems(this.#journal)
    for (const seq of orphans) this.act(seq, (run) => run.end('ABORTED', 0, {}))
    for (const seq of ended) this.#tellMap(seq)
    const running = this.#journal.all("SELECT seq FROM executions WHERE status = 'RUNNING' ORDER BY seq")
    for (const { seq } of running) this.act(Number(seq), resume)
    if (running.length > 0) this.#log.info(`Step Functions resumes ${running.length} running executions`)
    this.wake()
  }

  /** Takes no more steps. Answers that come within the grace period are still kept. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    clearTimeout(this.#timer)
    let grace: NodeJS.Timeout | undefined
    const graceOver = new Promise((resolve) => {
      grace = setTimeout(resolve, stopGraceMs)
    })
    await Promise.race([Promise.allSettled([...this.#underWay]), graceOver])
    clearTimeout(grace)
    this.#journal.close()
  }

  get isStopped(): boolean {
    return this.#state === 'stopped'
  }

  /** Does what is due by now, then sleeps until the next deadline. Called by the timer; tests with a clock of their own call it. */
  wake(): void {
    if (this.#state !== 'started') return
    const now = this.#tools.now()
    for (const { seq } of this.#journal.all('SELECT seq FROM executions WHERE dueMs <= ? ORDER BY dueMs', now)) {
      this.act(Number(seq), (run) => run.end('TIMED_OUT', 0, {}))
    }
    for (const { execution, id } of this.#journal.all(
      'SELECT execution, id FROM frames WHERE dueMs <= ? ORDER BY dueMs',
      now,
    )) {
      const isWaiting = this.#waiting.has(Number(execution), Number(id))
      this.act(Number(execution), (run) => timeUp(run, Number(id), isWaiting))
    }
    this.#sleep()
  }

  /** Starts an execution with the text of its definition. It has begun, durably, when this returns; its first step comes after. */
  begin(started: NewExecution): void {
    const begun = this.#journal.transaction(() =>
      this.#insert({ ...started, definition: pinDefinition(this.#journal, started.definition) }),
    )
    this.#goOn(begun)
  }

  #goOn(begun: Execution): void {
    this.#tools.onExecution?.(begun)
    this.#soon(begun.seq, firstStep)
  }

  #insert(started: NewExecution): Execution {
    const id = insertExecution(this.#journal, started)
    const execution = loadExecution(this.#journal, id)
    if (!execution) throw new Error(`the execution ${started.arn} is not journalled`)
    const run = new Run(execution, this.#definition(execution), this.#tools)
    run.begin()
    run.save()
    return execution
  }

  /** Changes one running execution in a transaction, then lets it run on. Returns what `change` does; undefined if it does not run. */
  act<Result>(seq: number, change: (run: Run) => Result): Result | undefined {
    return this.#transact(seq, (run) => (run.isRunning() ? change(run) : undefined))
  }

  /** Lets an execution that ended badly go on from where it failed (AWS: "Redriving executions"). */
  redrive(seq: number): void {
    this.#transact(seq, (run) => {
      run.revive()
      redriveFrames(run)
    })
  }

  #transact<Result>(seq: number, change: (run: Run) => Result): Result | undefined {
    try {
      const [run, result, items = [], turned] = this.#journal.transaction(() => {
        const execution = loadExecution(this.#journal, seq)
        if (!execution) return []
        const changing = new Run(execution, this.#definition(execution), this.#tools)
        const wasRunning = changing.isRunning()
        const changed = change(changing)
        this.#advance(changing)
        changing.save()
        const begun = changing.items.map((item) => this.#beginItem(changing, item))
        return [changing, changed, begun, wasRunning !== changing.isRunning()]
      })
      if (run && turned) this.#tools.onExecution?.(run.execution)
      if (run) this.#follow(run, items)
      return result
    } catch (error) {
      this.#giveUp(seq, error)
      return undefined
    }
  }

  /** A definition that was accepted, by its hash. */
  #definition(execution: Execution): Definition {
    const known = this.#definitions.get(execution.definition)
    if (known) return known
    const text = this.#journal.get('SELECT text FROM definitions WHERE hash = ?', execution.definition)?.text
    const { definition, problems } = readDefinition(String(text), (key) => key in this.#calls.serviceTasks)
    if (!definition) throw new Error(`its definition is no longer valid: ${problems[0]?.message}`)
    this.#definitions.set(execution.definition, definition)
    return definition
  }

  #advance(run: Run): void {
    for (let steps = 0; steps < stepsAtOnceMax && run.isRunning(); steps++) {
      const id = run.ready.shift()
      if (id === undefined) return
      const frame = run.frames.find(id)
      // A sibling's failure may have removed it since.
      if (frame?.phase === 'ready' || frame?.phase === 'again') step(run, frame)
    }
  }

  /** Begins the execution of a distributed Map's item, in the transaction of the Map's. */
  #beginItem(run: Run, item: Frame): Execution {
    const { mapRun, started } = itemExecution(run, item)
    const begun = this.#insert(started)
    keepItem(this.#journal, begun.seq, { mapRun, parent: run.execution.seq, frame: item.id })
    return begun
  }

  /** Tells a distributed Map that the execution of one of its items has ended; what it knows already changes nothing. */
  #tellMap(seq: number): void {
    const item = itemOf(this.#journal, seq)
    const child = item && loadExecution(this.#journal, seq)
    if (item && child) this.act(item.parent, (run) => childEnded(run, item.frame, child))
  }

  /** What a committed transaction leads to: calls, more steps, executions of items, another deadline. */
  #follow(run: Run, items: readonly Execution[]): void {
    if (this.#state !== 'started') return
    for (const item of items) this.#goOn(item)
    for (const seq of run.stops) this.act(seq, (child) => child.end('ABORTED', 0, {}))
    if (!run.isRunning()) this.#tellMap(run.execution.seq)
    for (const frame of run.calls) if (isCurrent(run, frame)) this.#call(run, frame)
    if (run.isRunning() && run.ready.length > 0) {
      const left = [...run.ready]
      this.#soon(run.execution.seq, (next) => next.ready.push(...left))
    }
    this.#sleep()
  }

  #soon(seq: number, change: (run: Run) => unknown): void {
    setImmediate(() => {
      if (this.#state === 'started') this.act(seq, change)
    })
  }

  #call(run: Run, frame: Frame): void {
    const { seq } = run.execution
    if (this.#underWay.size >= callsAtOnceMax) {
      this.#waiting.add(seq, frame)
      return
    }
    const call = callTask(this.#calls, resourceOf(run.stateOf(frame) as TaskState), frame).then((result) => {
      // While everything stops, functions fail for reasons that are none: they are called again after the restart.
      if (this.#state === 'stopped' && result.status === 'failed') return
      this.act(seq, (later) => answered(later, frame, result))
    })
    this.#underWay.add(call)
    void call.finally(() => {
      this.#underWay.delete(call)
      this.#callNext()
    })
  }

  /** The clocks of a task that had to wait start when it is called. */
  #callNext(): void {
    while (this.#state === 'started' && this.#underWay.size < callsAtOnceMax) {
      const next = this.#waiting.take()
      if (!next) return
      this.act(next.seq, (run) => {
        const frame = isCurrent(run, next.frame)
        if (frame) callAgain(run, frame)
      })
    }
  }

  #sleep(): void {
    if (this.#state !== 'started') return
    const next = this.#journal.get(
      `SELECT MIN(dueMs) AS dueMs FROM (SELECT MIN(dueMs) AS dueMs FROM frames WHERE dueMs IS NOT NULL
       UNION ALL SELECT MIN(dueMs) FROM executions WHERE dueMs IS NOT NULL)`,
    )?.dueMs
    clearTimeout(this.#timer)
    if (typeof next !== 'number') return
    const delayMs = Math.min(Math.max(0, Math.ceil(next - this.#tools.now())), sleepMsMax)
    this.#timer = setTimeout(() => this.wake(), delayMs)
  }

  /** A fault of this engine ends the execution it happened to, loudly, and no other. */
  #giveUp(seq: number, error: unknown): void {
    if (this.#state === 'stopped') return
    const cause = `The embedded Step Functions could not go on: ${error instanceof Error ? error.message : String(error)}`
    const execution = loadExecution(this.#journal, seq)
    this.#log.warn(`${execution?.arn ?? seq}: ${cause}`)
    if (execution?.status !== 'RUNNING') return
    this.#journal.transaction(() => {
      const run = new Run(execution, { startAt: '', states: new Map(), timeoutSeconds: undefined }, this.#tools)
      run.end('FAILED', 0, { error: 'States.Runtime', cause })
      run.save()
    })
    this.#tools.onExecution?.(execution)
    this.#tellMap(seq)
  }

  get #journal(): Journal {
    return this.#tools.journal
  }
}
