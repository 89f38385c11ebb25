import { aggregateHeaderOf } from '../../app/aggregate-header.ts'
import type { ConsumerDeps } from '../../app/consume/consumer.ts'
import { failedStarts } from '../../app/consumers/failed-starts.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { reconcile as reconcileRows } from '../../app/reconcile/reconcile.ts'
import { confirmEvents } from '../../functions/reconcile-consumers/confirm-events.ts'
import { handleAgain } from '../../functions/reconcile-consumers/handle-again.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { graceMs, inFlightMsMax } from '../../functions/reconcile-data/reconcile-data.ts'
import { reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { sweepCopies } from '../../functions/sweep-copies/sweep-copies.ts'
import { sweepOutbox } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { sweepUploads } from '../../functions/sweep-uploads/sweep-uploads.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import {
  copySweepMinutes,
  copySweepTimeoutSeconds,
  reconcileDataMinutes,
  reconcileDataTimeoutSeconds,
  reconcileMinutes,
  reconcileTimeoutSeconds,
  sweepMinutes,
  sweepTimeoutSeconds,
} from '../../infra/limits.ts'
import { quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import type { Row, TableName } from '../../tables/store.ts'
import { userRow } from '../../tables/users.ts'
import { deadlineOf } from './delivery.ts'
import type { FileSafety } from './file-safety.ts'
import type { FunctionDeps } from './function-deps.ts'
import type { Process } from './process.ts'
import { idle } from './scheduler.ts'
import type { Simulation } from './simulation.ts'

export interface TimedFunctionDeps {
  simulation: Simulation
  functionDeps: FunctionDeps
  digestsOf: (process: Process) => ObjectStore
  files: Pick<FileSafety, 'passing' | 'toSweep'>
  rows: (table: TableName) => ReadonlyMap<string, Row>
  /** A part of the usual time between two rounds, after which the next one begins. */
  roundsEvery: number
  /** Whether events are to be confirmed in this run. */
  confirms: boolean
  /** Whether tickets are looked for that are left with a deactivated user, as an index lacked them. */
  reconcilesAssignments: boolean
  isOver: () => boolean
}

/**
 * Starts what runs by the clock: the sweeps of the outbox, of uploads and of copies, and the reconciliations of sagas and consumers. A
 * round with nothing to do changes nothing, so it is left out: a run of hours is then as fast as what happens in it.
 */
export function startTimedFunctions(deps: TimedFunctionDeps): void {
  const { simulation, rows, files, functionDeps, confirms, reconcilesAssignments, roundsEvery, isOver } = deps
  const every = (
    minutes: number,
    timeoutSeconds: number,
    name: string,
    isNeeded: () => boolean,
    round: (process: Process, deadlineMs: number) => Promise<unknown>,
  ) => {
    const { scheduler, draws } = simulation
    const everyMs = minutes * 60_000 * roundsEvery
    let number = 0
    const next = (delayMs: number) =>
      scheduler.after(delayMs, () => {
        if (isOver()) return idle
        next(everyMs)
        if (!isNeeded()) return idle
        return simulation.run(
          `${name}, round ${++number}`,
          (process) => round(process, deadlineOf(process, timeoutSeconds)),
          { timeoutMs: timeoutSeconds * 1_000 },
        )
      })
    next(draws.of(name).number() * everyMs)
  }
  every(
    sweepMinutes,
    sweepTimeoutSeconds,
    'sweep-outbox',
    () => rows('Outbox').size > 0,
    async (process, deadlineMs) => {
      const { published } = await sweepOutbox(functionDeps.relay(process), deadlineMs)
      simulation.coverage.count('the sweeper sent an event', published)
    },
  )
  every(
    sweepMinutes,
    sweepTimeoutSeconds,
    'sweep-uploads',
    () => files.passing().some((key) => key.startsWith(quarantinePrefix)),
    (process, deadlineMs) => sweepUploads(functionDeps.upload(process), deadlineMs),
  )
  every(
    copySweepMinutes,
    copySweepTimeoutSeconds,
    'sweep-copies',
    () => files.toSweep().length > 0,
    (process, deadlineMs) => sweepCopies(functionDeps.upload(process), deadlineMs),
  )
  every(
    reconcileMinutes,
    reconcileTimeoutSeconds,
    'reconcile-sagas',
    () => has(rows('Sagas'), ({ livePk }) => livePk !== undefined),
    (process, deadlineMs) => reconcileSagas(functionDeps.recovery(process), deadlineMs),
  )
  every(
    reconcileMinutes,
    reconcileTimeoutSeconds,
    'reconcile-consumers',
    () =>
      has(rows('Receipts'), ({ blockedAt }) => blockedAt !== undefined) || (confirms && rows('Unconfirmed').size > 0),
    (process, deadlineMs) => reconcile(deps, process, deadlineMs),
  )
  if (reconcilesAssignments)
    every(
      reconcileDataMinutes,
      reconcileDataTimeoutSeconds,
      'reconcile-data',
      () => assignedInVain(rows('Tickets')).length > 0,
      (process, deadlineMs) => reconcileAssignments(deps, process, deadlineMs),
    )
}

/** Does what `reconcile-data` does about assignments. */
async function reconcileAssignments(
  { functionDeps, digestsOf, simulation }: TimedFunctionDeps,
  process: Process,
  deadlineMs: number,
): Promise<void> {
  const { machines, machineArns, isScanned = false, ...common } = functionDeps.startSagas(process)
  const sagas = { machines, machineArns, isScanned }
  const deps = { ...common, sagas, objects: digestsOf(process), consumers: [], inFlightMsMax }
  const { findings } = await reconcileRows(deps, {
    kinds: ['assignments'],
    mode: 'heal',
    by: 'schedule',
    graceMs,
    deadlineMs,
  })
  simulation.coverage.count('a ticket that an index lacked was unassigned', findings.length)
}

/** Does what the handler of `reconcile-consumers` does. */
async function reconcile(
  { functionDeps, digestsOf, confirms, simulation }: TimedFunctionDeps,
  process: Process,
  deadlineMs: number,
): Promise<void> {
  const sagas = functionDeps.startSagas(process)
  const deps: ConsumerDeps & { digests: ObjectStore } = { ...sagas, digests: digestsOf(process) }
  const consumers = orderedConsumers(deps.store, deps.runtime).map((consumer) =>
    functionDeps.poisoned(consumer, process),
  )
  const nowMs = process.runtime.now()
  const blockable = [...consumers, failedStarts(sagas)]
  const { freed } = await reconcileConsumers(deps, blockable, nowMs + (deadlineMs - nowMs) / 2)
  simulation.coverage.count('a reconciliation freed a blocked aggregate', freed)
  if (confirms) await confirmEvents(deps, consumers, handleAgain(sagas), deadlineMs)
}

/** Tickets that are not closed, and assigned to somebody who is deactivated. */
export function assignedInVain(rows: ReadonlyMap<string, Row>): Row[] {
  return [...rows.values()].filter((row) => {
    const header = aggregateHeaderOf(row)
    if (header?.aggregate.type !== 'ticket' || !row.assignee || row.status === 'closed') return false
    const { pk, sk } = userRow(header.tenant, String(row.assignee)).key
    return rows.get(`${pk}\0${sk ?? ''}`)?.status === 'deactivated'
  })
}

function has(rows: ReadonlyMap<string, Row>, isWanted: (row: Row) => boolean): boolean {
  for (const row of rows.values()) if (isWanted(row)) return true
  return false
}
