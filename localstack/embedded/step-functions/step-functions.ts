import { AwsError } from '../aws-error.ts'
import type { InvokeFunction, JsonService, Log } from '../ports.ts'
import { executionOperations } from './api-executions.ts'
import { notImplemented } from './api-input.ts'
import { machineOperations } from './api-machines.ts'
import { mapRunOperations } from './api-map-runs.ts'
import { Engine } from './engine.ts'
import { type Execution, findExecution } from './execution.ts'
import { Journal } from './journal.ts'
import type { ServiceTasks } from './task-call.ts'
import { testStateOperation } from './test-state.ts'

export type { ServiceTasks } from './task-call.ts'

export interface StepFunctionsOptions {
  /** The SQLite file; made when it is not there. */
  databasePath: string
  invoke: InvokeFunction
  /** Which service integrations there are; a definition that uses another is refused. */
  serviceTasks?: ServiceTasks
  /** Milliseconds since 1970. */
  now?: () => number
  /** A random number from 0 up to, not including, 1, for jitter and the random intrinsics. */
  random?: () => number
  log: Log
  /** Called when an execution has begun, ended or been revived. */
  onExecution?: ((execution: Execution) => void) | undefined
}

export interface StepFunctions extends JsonService {
  /** Goes on with every running execution. Before it, operations are answered but nothing runs. */
  start(): void
  /** Stops cleanly; a later process goes on from there. */
  stop(): Promise<void>
  /** Does what is due by now: for callers whose `now` is not the machine's clock. */
  wake(): void
  /** How many state transitions AWS would bill for an execution so far: states entered, retries, redriven steps. */
  transitions(executionArn: string): number
  /** The definitions that running executions began with, also those of deleted machines. */
  runningDefinitions(): string[]
}

/** A durable AWS Step Functions in this process: state machines of type STANDARD in Amazon States Language with JSONPath. */
export function createStepFunctions(options: StepFunctionsOptions): StepFunctions {
  const { databasePath, invoke, serviceTasks = {}, now = Date.now, random = Math.random, log, onExecution } = options
  const journal = new Journal(databasePath)
  const engine = new Engine({ journal, now, random, onExecution }, { invoke, serviceTasks }, log)
  const operations = new Map([
    ...Object.entries(machineOperations(journal, now, (key) => Object.hasOwn(serviceTasks, key))),
    ...Object.entries(executionOperations(journal, engine, now)),
    ...Object.entries(mapRunOperations(journal)),
    ['TestState', testStateOperation({ calls: { invoke, serviceTasks }, now, random })] as const,
  ])
  return {
    async handle(operation, input) {
      if (engine.isStopped) throw new AwsError('ServiceUnavailable', 'Step Functions is stopping', 503)
      const run = operations.get(operation)
      if (!run) throw notImplemented(`the operation ${operation}`)
      return run(input)
    },
    start: () => engine.start(),
    stop: () => engine.stop(),
    wake: () => engine.wake(),
    transitions(executionArn) {
      const execution = findExecution(journal, executionArn)
      if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`)
      return execution.transitions
    },
    runningDefinitions() {
      const running = "SELECT definition FROM executions WHERE status = 'RUNNING'"
      return journal.all(`SELECT text FROM definitions WHERE hash IN (${running})`).map(({ text }) => String(text))
    },
  }
}
