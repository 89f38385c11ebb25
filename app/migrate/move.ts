import { neighbour, type Stage } from '../../domain/migration.ts'
import type { ConsumerDeps } from '../consume/consumer.ts'
import { changeStage, MigrationRefusedError, type StageCommand, stateOf } from './change-stage.ts'
import { askGate, type Gate, type GateResult, gateOf, notAsked, type Work } from './gates.ts'
import type { Migration } from './migration.ts'
import { readStages } from './stage-reader.ts'
import { doWork, type WorkOptions } from './work.ts'

export interface MoveOptions extends WorkOptions {
  /** Called before it waits until no function goes on with the stage before. Epoch milliseconds. */
  onWaiting?: (untilMs: number) => void
  /** Called before it waits for a row that is made since the stage settled. Epoch milliseconds. */
  onNoNewRow?: (untilMs: number) => void
}

/** How long a gate that needs a new row waits for one, from when the stage settled. Then it goes on: a stack may be idle. */
export const newRowMsMax = 60_000
const newRowPollMs = 5_000

export interface Moved {
  from: Stage
  /** Whether an earlier run had moved it: this one changed nothing. */
  already: boolean
  /** The same as `from` when the work of the last stage is done: there is no next one. */
  to: Stage
  /** Rows that the work of the stage looked at, in all passes. */
  rows: number
  gate: GateResult
}

/**
 * Moves a migration by one stage: waits until no function goes on with a stage before, does the work of the stage that it is at, asks the
 * gate's query, for a time again where it needs a new row, and changes the stored stage if every row is clean. Killed anywhere, it can be
 * repeated; a command that names the stage that it leaves (`from`) then goes no further than it would have. Throws
 * {@link MigrationRefusedError} with the reason when it does not move.
 */
export async function move(
  deps: ConsumerDeps,
  migration: Migration,
  command: StageCommand & { action: 'next' | 'back' },
  { onWaiting, onNoNewRow, ...options }: MoveOptions = {},
): Promise<Moved> {
  const { store, runtime } = deps
  const { name } = migration
  const { action, from } = command
  const read = await readStages(store)
  const state = stateOf(read, name)
  const { stage } = state
  if (from !== undefined && from !== stage) {
    if (neighbour(from, action) === stage) return { from, to: stage, already: true, rows: 0, gate: notAsked }
    throw new MigrationRefusedError(
      `${name} is at "${stage}" and not at "${from}", where ${state.moved.by} moved it at ${state.moved.at}`,
    )
  }
  const to = neighbour(stage, action)
  if (!to && action === 'back') throw new MigrationRefusedError(`${name} is at its first stage: there is no way back`)
  const stopReason = async () => {
    const now = stateOf(await readStages(store), name)
    if (now.stage !== stage) return `${name} is at "${now.stage}" now, moved by ${now.moved.by}`
    const { halted } = now
    return halted && action === 'next' ? `${name} was halted by ${halted.by} at ${halted.at}: ${halted.why}` : undefined
  }
  const halted = await stopReason()
  if (halted !== undefined) throw new MigrationRefusedError(`${halted}. To go on, resume it`)
  const gate = gateOf(stage, action)
  const untilMs = Date.parse(state.settledAt)
  if (gate.everywhere && runtime.now() < untilMs) {
    onWaiting?.(untilMs)
    await runtime.sleep(untilMs - runtime.now())
  }
  const rows = gate.work ? await finishWork(deps, migration, gate.work, stopReason, options) : 0
  let result = await askGate(deps, migration, gate, state, options)
  for (const newRowUntilMs = untilMs + newRowMsMax; result.newRows === 0 && runtime.now() < newRowUntilMs; ) {
    onNoNewRow?.(newRowUntilMs)
    await runtime.sleep(Math.min(newRowPollMs, newRowUntilMs - runtime.now()))
    result = await askGate(deps, migration, gate, state, options)
  }
  if (result.unclean > 0) throw new MigrationRefusedError(refusalOf(name, stage, gate, result))
  if (to) await changeStage(deps, read, command, to)
  return { from: stage, to: to ?? stage, already: false, rows, gate: result }
}

/** Where a migration stands, and what the gate of its next move says now. Changes nothing, and does not wait. */
export async function survey(
  deps: ConsumerDeps,
  migration: Migration,
  action: 'next' | 'back',
  options: WorkOptions = {},
) {
  const state = stateOf(await readStages(deps.store), migration.name)
  const gate = gateOf(state.stage, action)
  const result = await askGate(deps, migration, gate, state, options)
  return { state, to: neighbour(state.stage, action), work: gate.work, ...result }
}

/** Halts a migration where it is, or resumes it. */
export async function setHalted(
  deps: ConsumerDeps,
  command: StageCommand & { action: 'halt' | 'resume' },
): Promise<void> {
  const read = await readStages(deps.store)
  const { stage, halted } = stateOf(read, command.migration)
  if ((command.action === 'halt') === (halted !== undefined))
    throw new MigrationRefusedError(`${command.migration} is ${halted ? 'halted already' : 'not halted'}`)
  await changeStage(deps, read, command, stage)
}

async function finishWork(
  deps: ConsumerDeps,
  migration: Migration,
  work: Work,
  stopReason: () => Promise<string | undefined>,
  options: WorkOptions,
): Promise<number> {
  const { status, rows, why } = await doWork(deps, migration, work, stopReason, options)
  if (status === 'stopped') throw new MigrationRefusedError(`${why ?? 'stopped'}. Run the command again to go on`)
  if (status === 'failed')
    throw new MigrationRefusedError('some rows could not be handled (above): mend the cause, and run the command again')
  return rows
}

function refusalOf(name: string, stage: Stage, { advice }: Gate, { checked, unclean, examples }: GateResult): string {
  return `${name} stays at "${stage}": ${unclean} of ${checked} rows are not clean, such as ${examples[0]}. ${advice ?? ''}`
}
