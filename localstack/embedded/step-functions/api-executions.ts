import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AwsError } from '../aws-error.ts'
import { checkArn, checkName, fromPageToken, notImplemented, pageSize, read, toPageToken } from './api-input.ts'
import { existingMapRun } from './api-map-runs.ts'
import type { Engine } from './engine.ts'
import { type Execution, findExecution, listExecutions, listItemExecutions, loadExecution } from './execution.ts'
import type { Frame } from './frame.ts'
import { readEvents } from './history.ts'
import type { Journal } from './journal.ts'
import { type Json, payloadBytesMax } from './json.ts'
import { executionArn, Machines } from './machines.ts'
import { hasUnfinishedMapRun, itemOf } from './map-runs.ts'
import type { Run } from './run.ts'
import { taskFailed, taskSucceeded } from './task-end.ts'
import { taskDueMs, tokenPrefix } from './task-start.ts'
import { apiTime } from './timestamps.ts'

type Operation = (input: Record<string, unknown>) => unknown

const startInput = z.object({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().optional(),
  traceHeader: z.string().optional(),
})
const byArn = z.object({ executionArn: z.string() })
const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] as const
const listInput = z.object({
  stateMachineArn: z.string().optional(),
  mapRunArn: z.string().optional(),
  statusFilter: z.enum(statuses).optional(),
  redriveFilter: z.enum(['REDRIVEN', 'NOT_REDRIVEN']).optional(),
  maxResults: pageSize,
  nextToken: z.string().max(3096).optional(),
})
const historyInput = byArn.extend({
  maxResults: pageSize,
  reverseOrder: z.boolean().optional(),
  includeExecutionData: z.boolean().optional(),
  nextToken: z.string().max(1024).optional(),
})
const byToken = z.object({ taskToken: z.string().min(1).max(2048) })
const failureInput = { error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() }

interface ExecutionContext {
  journal: Journal
  engine: Engine
  machines: Machines
  now: () => number
}

/** The operations on executions and on tasks that wait for their token. */
export function executionOperations(journal: Journal, engine: Engine, now: () => number): Record<string, Operation> {
  const context = { journal, engine, machines: new Machines(journal), now }
  return {
    StartExecution: (input) => start(context, input),
    StartSyncExecution: () => {
      throw new AwsError(
        'StateMachineTypeNotSupported',
        'This operation is not supported by this type of state machine',
      )
    },
    StopExecution: (input) => stop(context, input),
    RedriveExecution: (input) => redrive(context, input),
    DescribeExecution: (input) => describe(journal, existing(context, read(byArn, input).executionArn)),
    DescribeStateMachineForExecution: (input) => definitionOf(context, input),
    ListExecutions: (input) => list(context, input),
    GetExecutionHistory: (input) => history(context, input),
    SendTaskSuccess: (input) => {
      const { taskToken, output } = read(byToken.extend({ output: z.string().max(payloadBytesMax) }), input)
      const value = readOutput(output)
      return onTask(context, taskToken, (run, frame) => taskSucceeded(run, frame, value))
    },
    SendTaskFailure: (input) => {
      const { taskToken, error, cause } = read(byToken.extend(failureInput), input)
      return onTask(context, taskToken, (run, frame) => taskFailed(run, frame, error, cause))
    },
    SendTaskHeartbeat: (input) =>
      onTask(context, read(byToken, input).taskToken, (run, frame) => {
        const { task } = frame.body
        if (task?.heartbeatMs !== undefined) task.heartbeatAtMs = run.now + task.heartbeatMs
        if (task) run.move(frame, frame.phase, taskDueMs(task))
      }),
  }
}

function existing({ journal }: ExecutionContext, arn: string): Execution {
  const execution = findExecution(journal, checkArn(arn))
  if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)
  return execution
}

/** The same name and input while the first still runs is the same start (AWS: "StartExecution is idempotent"). */
function start(context: ExecutionContext, input: Record<string, unknown>): unknown {
  const { journal, engine, machines, now } = context
  const { stateMachineArn, name = randomUUID(), input: text = '{}', traceHeader = null } = read(startInput, input)
  const version = machines.findVersion(checkArn(stateMachineArn))
  const machine = machines.find(version?.machineArn ?? stateMachineArn)
  if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`)
  if (machine.status === 'DELETING')
    throw new AwsError('StateMachineDeleting', `State Machine is Deleting: '${machine.arn}'`)
  const arn = executionArn(machine.name, checkName(name))
  checkInput(text)
  const same = findExecution(journal, arn)
  if (same?.status === 'RUNNING' && same.input === text) return { executionArn: arn, startDate: apiTime(same.startMs) }
  if (same) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`)
  const startMs = now()
  const { definition, roleArn } = version ?? machine
  engine.begin({
    arn,
    name,
    machineArn: machine.arn,
    versionArn: version?.arn ?? null,
    roleArn,
    traceHeader,
    startMs,
    input: text,
    definition,
  })
  return { executionArn: arn, startDate: apiTime(startMs) }
}

function stop(context: ExecutionContext, input: Record<string, unknown>): unknown {
  const { journal, engine, now } = context
  const { executionArn: arn, error, cause } = read(byArn.extend(failureInput), input)
  const { seq } = existing(context, arn)
  engine.act(seq, (run) => run.end('ABORTED', 0, { error, cause }))
  return { stopDate: apiTime(loadExecution(journal, seq)?.stopMs ?? now()) }
}

function redrive(context: ExecutionContext, input: Record<string, unknown>): unknown {
  const { journal, engine, now } = context
  const execution = existing(context, read(byArn, input).executionArn)
  const { status, reason } = redriveState(journal, execution)
  if (status !== 'REDRIVABLE') throw new AwsError('ExecutionNotRedrivable', `Execution is not redrivable: '${reason}'`)
  if (hasUnfinishedMapRun(journal, execution.seq)) throw notImplemented('the redrive of a Map Run')
  engine.redrive(execution.seq)
  return { redriveDate: apiTime(loadExecution(journal, execution.seq)?.redriveMs ?? now()) }
}

function list({ journal, machines }: ExecutionContext, input: Record<string, unknown>): unknown {
  const { stateMachineArn, mapRunArn, statusFilter, redriveFilter, maxResults, nextToken } = read(listInput, input)
  if (redriveFilter !== undefined) throw notImplemented('lists by redrive')
  const before = nextToken === undefined ? Number.MAX_SAFE_INTEGER : Number(fromPageToken(nextToken))
  if (mapRunArn !== undefined) {
    if (stateMachineArn !== undefined)
      throw new AwsError('ValidationException', 'Only one of stateMachineArn and mapRunArn may be given')
    const { arn } = existingMapRun(journal, mapRunArn)
    return page(listItemExecutions(journal, { mapRun: arn, status: statusFilter ?? null, before, limit: maxResults }))
  }
  if (stateMachineArn === undefined) throw new AwsError('ValidationException', 'stateMachineArn is required')
  if (!machines.find(checkArn(stateMachineArn)) && !machines.findVersion(stateMachineArn)) {
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`)
  }
  const found = listExecutions(journal, {
    machineArn: stateMachineArn,
    status: statusFilter ?? null,
    before,
    limit: maxResults,
  })
  return page(found)

  function page(executions: Execution[]) {
    return {
      executions: executions.map((execution) => summary(journal, execution)),
      ...(executions.length === maxResults && { nextToken: toPageToken(executions.at(-1)?.seq ?? 0) }),
    }
  }
}

function history(context: ExecutionContext, input: Record<string, unknown>): unknown {
  const { journal } = context
  const {
    executionArn: arn,
    maxResults,
    reverseOrder = false,
    includeExecutionData = true,
    nextToken,
  } = read(historyInput, input)
  const { seq } = existing(context, arn)
  const first = reverseOrder ? Number.MAX_SAFE_INTEGER : 0
  const after = nextToken === undefined ? first : Number(fromPageToken(nextToken))
  const events = readEvents(journal, {
    execution: seq,
    after,
    limit: maxResults,
    newestFirst: reverseOrder,
    withData: includeExecutionData,
  })
  return { events, ...(events.length === maxResults && { nextToken: toPageToken(Number(events.at(-1)?.id ?? 0)) }) }
}

function definitionOf(context: ExecutionContext, input: Record<string, unknown>): unknown {
  const { journal, machines } = context
  const execution = existing(context, read(byArn, input).executionArn)
  const machine = machines.find(execution.machineArn)
  const definition = String(journal.get('SELECT text FROM definitions WHERE hash = ?', execution.definition)?.text)
  return {
    stateMachineArn: execution.versionArn ?? execution.machineArn,
    name: execution.machineArn.split(':').at(-1),
    definition,
    roleArn: execution.roleArn,
    updateDate: apiTime(machine?.createdMs ?? execution.startMs),
    loggingConfiguration: machine?.settings.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: machine?.settings.tracingConfiguration ?? { enabled: false },
  }
}

/** Acts on the task that waits for a token. Throws `TaskTimedOut` if it has ended by whatever way. */
function onTask(
  { journal, engine }: ExecutionContext,
  token: string,
  change: (run: Run, frame: Frame) => void,
): unknown {
  if (!token.startsWith(tokenPrefix)) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'")
  const known = journal.get('SELECT execution, frame FROM tokens WHERE token = ?', token)
  if (!known) throw new AwsError('TaskDoesNotExist', "Task does not exist: 'Provided task does not exist'")
  const acted = engine.act(Number(known.execution), (run) => {
    const frame = run.frames.find(Number(known.frame))
    // The token may come back before the call that carried it out has answered: that ends the task all the same.
    if (frame?.body.task?.token !== token || (frame.phase !== 'running' && frame.phase !== 'callback')) return false
    change(run, frame)
    return true
  })
  if (!acted) throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'")
  return {}
}

function checkInput(text: string): void {
  if (Buffer.byteLength(text) > payloadBytesMax) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: 'Execution input exceeds ${payloadBytesMax} bytes'`,
    )
  }
  try {
    JSON.parse(text)
  } catch (error) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${(error as Error).message}'`)
  }
}

function readOutput(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw new AwsError('InvalidOutput', `Invalid Output: '${(error as Error).message}'`)
  }
}

function redriveState(
  journal: Journal,
  { seq, status }: Execution,
): { status: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN'; reason?: string } {
  if (status !== 'RUNNING' && status !== 'SUCCEEDED') {
    if (itemOf(journal, seq)) return { status: 'REDRIVABLE_BY_MAP_RUN', reason: 'Execution is redriven by its Map Run' }
    return { status: 'REDRIVABLE' }
  }
  return { status: 'NOT_REDRIVABLE', reason: `Execution is ${status} and cannot be redriven` }
}

function summary(journal: Journal, execution: Execution): Record<string, unknown> {
  const item = itemOf(journal, execution.seq)
  const { arn, machineArn, versionArn, name, status, startMs, stopMs, redriveCount, redriveMs } = execution
  return {
    executionArn: arn,
    stateMachineArn: machineArn,
    ...(versionArn !== null && { stateMachineVersionArn: versionArn }),
    name,
    status,
    startDate: apiTime(startMs),
    ...(stopMs !== null && { stopDate: apiTime(stopMs) }),
    ...(item && { mapRunArn: item.mapRun, itemCount: 1 }),
    redriveCount,
    ...(redriveMs !== null && { redriveDate: apiTime(redriveMs) }),
  }
}

function describe(journal: Journal, execution: Execution): unknown {
  const { input, output, error, cause, traceHeader } = execution
  const redrive = redriveState(journal, execution)
  const { itemCount: _, ...summarized } = summary(journal, execution)
  return {
    ...summarized,
    input,
    inputDetails: { included: true },
    ...(output !== null && { output, outputDetails: { included: true } }),
    ...(error !== null && { error }),
    ...(cause !== null && { cause }),
    ...(traceHeader !== null && { traceHeader }),
    redriveStatus: redrive.status,
    ...(redrive.reason !== undefined && { redriveStatusReason: redrive.reason }),
  }
}
