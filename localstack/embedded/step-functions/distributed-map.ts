import { randomUUID } from 'node:crypto'
import { at } from './data-flow.ts'
import type { MapState } from './definition.ts'
import type { Execution, NewExecution } from './execution.ts'
import type { Scope } from './expression.ts'
import { runtimeFailure, StateFailure } from './failure.ts'
import type { Frame, FrameBody, MapRunCount } from './frame.ts'
import type { Journal } from './journal.ts'
import { isObject, type Json } from './json.ts'
import { executionArn, pinDefinition } from './machines.ts'
import type { MapRun } from './map-runs.ts'
import type { Run } from './run.ts'

interface Tolerated {
  toleratedCount?: number
  toleratedPercentage?: number
}

/** How many failures a Map bears, by its fields or by what their paths find. */
export function toleratedFailures(state: MapState, scope: Scope): Tolerated {
  const { ToleratedFailureCount: count, ToleratedFailurePercentage: percentage } = state
  const { ToleratedFailureCountPath: countPath, ToleratedFailurePercentagePath: percentagePath } = state
  const toleratedCount = countPath === undefined ? count : countAt(countPath, scope)
  const toleratedPercentage = percentagePath === undefined ? percentage : percentageAt(percentagePath, scope)
  return {
    ...(toleratedCount !== undefined && { toleratedCount }),
    ...(toleratedPercentage !== undefined && { toleratedPercentage }),
  }
}

function countAt(path: string, scope: Scope): number {
  const value = at(path, scope)
  if (typeof value !== 'number' || !Number.isInteger(value)) throw unfit('Count', 'integer', path, value)
  if (value < 0) throw runtimeFailure(`Expected non-negative integer value for ToleratedFailureCount: ${value}`)
  return value
}

function percentageAt(path: string, scope: Scope): number {
  const value = at(path, scope)
  if (typeof value !== 'number') throw unfit('Percentage', 'float', path, value)
  if (value < 0 || value > 100) throw runtimeFailure('ToleratedFailurePercentage must be between 0 and 100.')
  return value
}

function unfit(what: string, type: string, path: string, value: Json) {
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  return runtimeFailure(
    `The ToleratedFailure${what}Path field refers to value "${shown}" which is not a valid ${type}: ${path}`,
  )
}

/**
 * Whether too many items failed. Of two limits either one ends the Map; without any, the first failure does.
 * Source: Step Functions developer guide, "Setting failure thresholds for Distributed Map states".
 */
export function isExceeded({ failed, toleratedCount, toleratedPercentage }: MapRunCount, total: number): boolean {
  if (toleratedCount === undefined && toleratedPercentage === undefined) return failed > 0
  const overCount = toleratedCount !== undefined && failed > toleratedCount
  return overCount || (toleratedPercentage !== undefined && failed * 100 > toleratedPercentage * total)
}

export function thresholdExceeded(): StateFailure {
  return new StateFailure(
    'States.ExceedToleratedFailureThreshold',
    'The specified tolerated failure threshold was exceeded',
  )
}

/** Begins a Map Run in the execution's transaction, and tells of it. */
export function startMapRun(
  run: Run,
  frame: Frame,
  fields: Tolerated & { label: string | undefined; total: number; maxConcurrency: number },
): MapRunCount {
  const { journal, execution } = run
  const { label = randomUUID(), total, maxConcurrency, toleratedCount, toleratedPercentage } = fields
  const machineArn = `${execution.machineArn}/${label}`
  const arn = `${machineArn.replace(':stateMachine:', ':mapRun:')}:${randomUUID()}`
  const definition = pinDefinition(journal, processorText(journal, execution, frame.body))
  journal.run(
    `INSERT INTO mapRuns (arn, execution, frame, machineArn, definition, status, total, maxConcurrency, toleratedCount,
       toleratedPercentage, startMs) VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?)`,
    ...[arn, execution.seq, frame.id, machineArn, definition, total, maxConcurrency],
    ...[toleratedCount ?? 0, toleratedPercentage ?? 0, run.now],
  )
  run.emitNext(frame, 'MapRunStarted', { mapRunArn: arn })
  return {
    arn,
    failed: 0,
    ...(toleratedCount !== undefined && { toleratedCount }),
    ...(toleratedPercentage !== undefined && { toleratedPercentage }),
  }
}

/** Ends a Map Run. Executions of its items that still run are stopped. */
export function endMapRun(run: Run, frame: Frame, arn: string, status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void {
  const { journal, execution } = run
  const running = journal.all(
    `SELECT i.child FROM mapItems i JOIN frames f ON f.execution = i.parent AND f.id = i.frame
     WHERE f.execution = ? AND f.parent = ? AND f.phase = 'execution'`,
    ...[execution.seq, frame.id],
  )
  run.stops.push(...running.map(({ child }) => Number(child)))
  // Those that were to begin in this transaction never do.
  for (const item of run.items.splice(0)) if (item.parent !== frame.id) run.items.push(item)
  journal.run('UPDATE mapRuns SET status = ?, stopMs = ? WHERE arn = ?', status, run.now, arn)
}

/** The execution of an item, as it is to be inserted. */
export function itemExecution(run: Run, item: Frame): { mapRun: string; started: NewExecution } {
  const { journal, execution } = run
  const row = journal.get(
    'SELECT * FROM mapRuns WHERE execution = ? AND frame = ? ORDER BY rowid DESC LIMIT 1',
    ...[execution.seq, item.parent],
  )
  if (!row) throw new Error(`the item ${item.position} of ${execution.arn} belongs to no Map Run`)
  const { arn: mapRun, machineArn, definition } = row as unknown as MapRun
  const name = randomUUID()
  const arn = executionArn(machineArn.split(':').at(-1) ?? '', name)
  const { roleArn, traceHeader } = execution
  const input = JSON.stringify(item.body.input)
  const fields = { arn, name, machineArn, versionArn: null, definition, roleArn, input, startMs: run.now, traceHeader }
  return { mapRun, started: fields }
}

/** The states of a distributed Map as a definition of their own. */
function processorText(journal: Journal, execution: Execution, { within, state }: FrameBody): string {
  const text = journal.get('SELECT text FROM definitions WHERE hash = ?', execution.definition)?.text
  let container = JSON.parse(String(text)) as Json
  for (const [name, branch] of [...within, [state, 0] as const]) {
    const around = isObject(container) && isObject(container.States) ? container.States[name] : undefined
    if (!isObject(around ?? null)) throw new Error(`the definition has no state ${name}`)
    const { Branches, ItemProcessor, Iterator: iterator } = around as { [member: string]: Json }
    container = (Array.isArray(Branches) ? Branches[branch] : (ItemProcessor ?? iterator)) ?? null
  }
  const { ProcessorConfig: _, ...definition } = isObject(container) ? container : {}
  return JSON.stringify(definition)
}
