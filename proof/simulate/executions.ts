import type { Callbacks } from '../../gateways/callbacks.ts'
import type { ExecutionRef, ExecutionStart, StateMachines } from '../../gateways/state-machines.ts'
import type { Catcher, ChoiceState, Retrier, State, StateMachine, TaskState } from '../../sagas/asl.ts'
import { shortName } from './simulated-gateways.ts'
import type { Simulation } from './simulation.ts'

/** Invokes the function behind a machine, under a name for this invocation. Throws the error that Step Functions would see. */
export type Invoke = (machineArn: string, name: string, payload: Document) => Promise<unknown>

type Document = Record<string, unknown>

interface Execution {
  name: string
  machineArn: string
  input: string
  hasEnded: boolean
}

/** What a task ended with: its result, or the name of its error and its cause. */
type TaskOutcome = { result: unknown } | { error: string; cause: string } | 'execution lost'

/**
 * Step Functions in virtual time, as far as compiled sagas use it: retries with backoff and jitter, timeouts after which the function
 * still runs, waits for task tokens, caught errors. An execution never ends by itself before its last state,
 * but by the fault that loses it.
 */
export class Executions implements StateMachines, Callbacks {
  readonly #simulation: Simulation
  readonly #machines: ReadonlyMap<string, StateMachine>
  readonly #invoke: Invoke
  readonly #executions = new Map<string, Execution>()
  readonly #waiting = new Map<string, () => void>()

  constructor(simulation: Simulation, machines: ReadonlyMap<string, StateMachine>, invoke: Invoke) {
    this.#simulation = simulation
    this.#machines = machines
    this.#invoke = invoke
  }

  async start({ machineArn, name, input }: ExecutionStart): Promise<'started' | 'already-started'> {
    const id = `${machineArn} ${name}`
    const earlier = this.#executions.get(id)
    const text = JSON.stringify(input)
    if (earlier) return earlier.hasEnded || earlier.input !== text ? 'already-started' : 'started'
    const execution = { name: shortName(name), machineArn, input: text, hasEnded: false }
    this.#executions.set(id, execution)
    this.#simulation.start(() => this.#execute(execution, { ...input }))
    return 'started'
  }

  async describe({ machineArn, name }: ExecutionRef): Promise<'running' | 'ended' | 'absent'> {
    const execution = this.#executions.get(`${machineArn} ${name}`)
    if (!execution) return 'absent'
    return execution.hasEnded ? 'ended' : 'running'
  }

  async succeed(token: string): Promise<'delivered' | 'task-closed'> {
    const wake = this.#waiting.get(token)
    if (!wake) return 'task-closed'
    this.#waiting.delete(token)
    wake()
    return 'delivered'
  }

  async #execute(execution: Execution, document: Document): Promise<void> {
    const { trace } = this.#simulation
    const { States, StartAt } = this.#machineOf(execution)
    let name: string | undefined = StartAt
    while (name) {
      const state: State | undefined = States[name]
      if (!state) throw new Error(`there is no state ${name}`)
      trace.note(`execution ${execution.name}`, `enters "${name}"`)
      if (state.Type === 'Succeed' || state.Type === 'Fail') break
      if (state.Type === 'Choice') {
        name = choose(state, document)
        continue
      }
      const outcome = await this.#task(execution, name, state, document)
      if (outcome === 'execution lost') break
      if ('error' in outcome) {
        const catcher: Catcher | undefined = state.Catch.find(({ ErrorEquals }) => matches(ErrorEquals, outcome.error))
        if (!catcher) break
        set(document, catcher.ResultPath, { Error: outcome.error, Cause: outcome.cause })
        name = catcher.Next
        continue
      }
      if (state.ResultPath) set(document, state.ResultPath, outcome.result)
      name = state.Next
    }
    execution.hasEnded = true
  }

  #machineOf({ machineArn }: Execution): StateMachine {
    const machine = this.#machines.get(machineArn)
    if (!machine) throw new Error(`there is no machine ${machineArn}`)
    return machine
  }

  /** One state, with its retries. */
  async #task(execution: Execution, name: string, state: TaskState, document: Document): Promise<TaskOutcome> {
    const { faults, coverage, scheduler, trace } = this.#simulation
    const runtime = this.#simulation.runtimeOf(`execution ${execution.name} ${name} ${scheduler.nowMs}`)
    const enteredAt = new Date(runtime.now()).toISOString()
    const used = new Map<Retrier, number>()
    for (let tries = 0; ; tries++) {
      const point = `execution ${execution.name}, "${name}" try ${tries + 1}`
      const fault = faults.at(point, ['function throttled', 'invoked twice', 'execution lost'])
      if (fault) {
        coverage.count(fault)
        trace.note(point, 'calls its function', fault)
      }
      const token = runtime.newId()
      const payload = filled(state, document, { token, tries, enteredAt })
      if (fault === 'invoked twice' || fault === 'execution lost')
        void this.#invoke(execution.machineArn, point, payload).catch(() => undefined)
      // Its function goes on, and nobody hears what it returns.
      if (fault === 'execution lost') return fault
      const outcome = await (fault === 'function throttled'
        ? { error: 'Lambda.TooManyRequestsException', cause: '' }
        : this.#attempt(execution, point, state, payload, token))
      if ('result' in outcome) return outcome
      const retrier = state.Retry.find(({ ErrorEquals }) => matches(ErrorEquals, outcome.error))
      const retries = retrier ? (used.get(retrier) ?? 0) : 0
      if (!retrier || retries >= retrier.MaxAttempts) return outcome
      used.set(retrier, retries + 1)
      const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier
      await scheduler.sleep(
        runtime.random() * 1_000 * Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** retries),
      )
    }
  }

  async #attempt(
    { machineArn }: Execution,
    point: string,
    state: TaskState,
    payload: Document,
    token: string,
  ): Promise<{ result: unknown } | { error: string; cause: string }> {
    const waits = state.Resource.endsWith('.waitForTaskToken')
    const wait = Promise.withResolvers<{ result: unknown }>()
    if (waits) this.#waiting.set(token, () => wait.resolve({ result: {} }))
    const invoked = this.#invoke(machineArn, point, payload).then(
      (result) => (waits ? wait.promise : { result }),
      ({ name, message }: Error) => ({
        error: name,
        cause: JSON.stringify({ errorType: name, errorMessage: message }),
      }),
    )
    const outcome = await Promise.race([invoked, wait.promise, ...this.#timeOut(state)])
    this.#waiting.delete(token)
    return outcome
  }

  #timeOut({ TimeoutSeconds }: TaskState): Promise<{ error: string; cause: string }>[] {
    if (TimeoutSeconds === undefined) return []
    const error = { error: 'States.Timeout', cause: '' }
    return [this.#simulation.scheduler.sleep(TimeoutSeconds * 1_000).then(() => error)]
  }
}

function choose({ Choices, Default }: ChoiceState, document: Document): string {
  return Choices.find(({ Variable, StringEquals }) => at(document, Variable) === StringEquals)?.Next ?? Default
}

function matches(errors: readonly string[], error: string): boolean {
  return errors.includes(error) || errors.includes('States.ALL')
}

function filled(
  { Parameters }: TaskState,
  document: Document,
  { token, tries, enteredAt }: { token: string; tries: number; enteredAt: string },
): Document {
  const { Payload = Parameters } = Parameters as { Payload?: Document }
  const context: Document = {
    '$$.Task.Token': token,
    '$$.State.RetryCount': tries,
    '$$.State.EnteredTime': enteredAt,
  }
  return Object.fromEntries(
    Object.entries(Payload).map(([name, value]) =>
      name.endsWith('.$') ? [name.slice(0, -2), context[String(value)] ?? at(document, String(value))] : [name, value],
    ),
  )
}

/** The value at a path such as `$.pivot.direction`. */
function at(document: Document, path: string): unknown {
  return path
    .slice(2)
    .split('.')
    .reduce<unknown>((value, member) => (value as Document | undefined)?.[member], document)
}

function set(document: Document, path: string, value: unknown): void {
  document[path.slice(2)] = value
}
