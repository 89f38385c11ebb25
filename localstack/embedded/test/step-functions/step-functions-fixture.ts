import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InvokeFunction, InvokeResult } from '../../ports.ts'
import { createStepFunctions, type ServiceTasks, type StepFunctions } from '../../step-functions/step-functions.ts'

/** A function as tests write it: what it returns is its payload, what it throws its failure. */
export type TestFunction = (payload: never, call: number) => unknown

export interface HistoryEvent {
  id: number
  previousEventId: number
  type: string
  [details: string]: unknown
}

export const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`
export const roleArn = 'arn:aws:iam::000000000000:role/states'

/** A clock that stands until it is moved. */
export interface Clock {
  now: () => number
  advance(seconds: number): void
}

function standingClock(startMs = Date.parse('2026-01-01T00:00:00Z')): Clock {
  let nowMs = startMs
  return {
    now: () => nowMs,
    advance: (seconds) => {
      nowMs += seconds * 1000
    },
  }
}

/** Step Functions in a throw-away folder, with functions written in the test. */
export class TestStack {
  readonly folder = mkdtempSync(join(tmpdir(), 'step-functions-'))
  readonly calls: { name: string; payload: unknown }[] = []
  readonly clock: Clock
  readonly warnings: string[] = []
  service: StepFunctions
  readonly #functions: Record<string, TestFunction>
  readonly #serviceTasks: ServiceTasks
  readonly #random: () => number
  readonly #released = Promise.withResolvers<unknown>()
  #machines = 0

  constructor({
    functions = {},
    serviceTasks = {},
    clock = standingClock(),
    random = () => 0.5,
  }: {
    functions?: Record<string, TestFunction>
    serviceTasks?: ServiceTasks
    clock?: Clock
    random?: () => number
  } = {}) {
    this.#functions = functions
    this.#serviceTasks = serviceTasks
    this.#random = random
    this.clock = clock
    this.service = this.#create()
    this.service.start()
  }

  /** What a function got that is asked for a token. */
  payloadOf(call: number): { token: string } {
    const payload = this.calls[call]?.payload
    if (payload === undefined) throw new Error(`there was no call ${call}`)
    return payload as { token: string }
  }

  /** What a function returns that does not answer while the stack runs. */
  hang(): Promise<unknown> {
    return this.#released.promise
  }

  /** As after a restart of the process. */
  async restart(): Promise<void> {
    await this.service.stop()
    this.service = this.#create()
    this.service.start()
  }

  async close(): Promise<void> {
    this.#released.resolve(null)
    await this.service.stop()
    rmSync(this.folder, { recursive: true })
  }

  async call<Answer = Record<string, unknown>>(operation: string, input: Record<string, unknown>): Promise<Answer> {
    return (await this.service.handle(operation, input, { kind: 'developer' })) as Answer
  }

  /** Creates a machine and starts it. Returns the execution's ARN. */
  async begin(definition: object, input: unknown = {}): Promise<string> {
    const { stateMachineArn } = await this.call<{ stateMachineArn: string }>('CreateStateMachine', {
      name: `machine-${++this.#machines}`,
      roleArn,
      definition: JSON.stringify(definition),
    })
    const started = await this.call<{ executionArn: string }>('StartExecution', {
      stateMachineArn,
      input: JSON.stringify(input),
    })
    return started.executionArn
  }

  /** Runs a machine to its end; the clock jumps to each deadline on the way, if it stands. */
  async run(definition: object, input: unknown = {}): Promise<Outcome> {
    const arn = await this.begin(definition, input)
    await this.settle()
    for (let waits = 0; waits < 100 && (await this.outcome(arn)).status === 'RUNNING'; waits++) {
      this.clock.advance(1)
      this.service.wake()
      await this.settle()
    }
    return this.outcome(arn)
  }

  /** Resolves when nothing more happens by itself: all that is quick has been done. */
  async settle(): Promise<void> {
    let before = -1
    for (let quiet = 0; quiet < 5; ) {
      await new Promise((resolve) => setImmediate(resolve))
      quiet = this.calls.length === before ? quiet + 1 : 0
      before = this.calls.length
    }
  }

  async outcome(executionArn: string): Promise<Outcome> {
    const { status, output, error, cause } = await this.call<Record<string, string | undefined>>('DescribeExecution', {
      executionArn,
    })
    return {
      arn: executionArn,
      status: String(status),
      ...(output !== undefined && { output: JSON.parse(output) as unknown }),
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    }
  }

  async history(executionArn: string): Promise<HistoryEvent[]> {
    const { events } = await this.call<{ events: HistoryEvent[] }>('GetExecutionHistory', {
      executionArn,
      maxResults: 1000,
    })
    return events
  }

  async eventTypes(executionArn: string): Promise<string[]> {
    return (await this.history(executionArn)).map(({ type }) => type)
  }

  #create(): StepFunctions {
    return createStepFunctions({
      databasePath: join(this.folder, 'journal.sqlite'),
      invoke: this.#invoke,
      serviceTasks: this.#serviceTasks,
      now: this.clock.now,
      random: this.#random,
      log: { info: () => {}, warn: (message) => this.warnings.push(message) },
    })
  }

  #invoke: InvokeFunction = async (ref, payload): Promise<InvokeResult> => {
    const name = /function:([^:]+)/.exec(ref)?.[1] ?? ref
    const call = this.calls.filter((earlier) => earlier.name === name).length
    this.calls.push({ name, payload })
    try {
      return { status: 'succeeded', payload: await this.#functions[name]?.(payload as never, call) }
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error
      return { status: 'failed', errorType, errorMessage }
    }
  }
}

export interface Outcome {
  arn: string
  status: string
  output?: unknown
  error?: string
  cause?: string
}

/** An error under a name of its own, as a function throws it. */
export function failure(name: string, message = name): Error {
  const error = new Error(message)
  error.name = name
  return error
}

/** A Task state that calls a function directly. */
export function task(name: string, fields: object = { End: true }): object {
  return { Type: 'Task', Resource: functionArn(name), ...fields }
}
