import { everyLiveSaga } from '../../tables/live-sagas.ts'
import type { RunCounts } from '../../tables/runs.ts'
import type { Row } from '../../tables/store.ts'
import { loggedKeys } from '../logged-aggregate.ts'
import { runStatus } from '../recorded-run.ts'
import { RunLog } from '../run-log.ts'
import { type Round, sweepRows } from '../sweep.ts'
import { assignmentsDetector } from './assignments.ts'
import { checkpointsDetector } from './checkpoints.ts'
import { type Detector, type DriftKind, driftKinds, HandOver, type ReconcileDeps, type Suspect } from './drift.ts'
import { factsDetector } from './facts.ts'
import { objectsDetector } from './objects.ts'
import { quotaSuspects } from './quotas.ts'
import { sagasDetector, stuckSaga } from './sagas.ts'
import { incompleteViews, viewsDetector } from './views.ts'
import { withoutWrites } from './without-writes.ts'

/** The task under which the ledger has the runs. */
export const reconcileTask = 'reconcile'

export interface ReconcileOptions {
  /** All by default. */
  kinds?: readonly DriftKind[]
  /** `report` finds; `heal` also heals what can be healed; `dry run` says what `heal` would do, and writes nothing at all. */
  mode: 'report' | 'heal' | 'dry run'
  by: 'schedule' | 'command'
  /** Epoch milliseconds. */
  deadlineMs: number
  /** The time between the two readings that make a suspect a drift. */
  graceMs: number
  /** A comparison of all view rows, which takes all events: the command has one. */
  compareViews?: () => Promise<Suspect[]>
  throttle?: { wait(): Promise<void> }
  onFinding?: (finding: Finding) => void
  /** Called after each batch, with the number of rows examined so far. */
  onProgress?: (examined: number) => void
}

/** - `left`: healing has failed, and may succeed in the next run. - `reported`: it could have been healed, and was not to be. */
export type FindingOutcome = 'healed' | 'handed over' | 'left' | 'reported'

/** A drift, and its outcome. */
export interface Finding extends Pick<Suspect, 'kind' | 'subject' | 'problem' | 'since'> {
  outcome: FindingOutcome
  /** What was done, or what is to be done, and by whom. */
  says: string
}

export interface Reconciled {
  findings: Finding[]
  /** Rows of the truth that were looked at. */
  examined: number
  /** Rows that could not be examined: they are logged. */
  failed: number
  /** Drift that was not healed, and rows that could not be examined. */
  left: number
  /** Whether everything was looked at before the deadline. If not, the next scheduled run continues. */
  complete: boolean
}

/** What looks at one row of the truth. */
export const detectors: readonly Detector[] = [
  factsDetector,
  checkpointsDetector,
  viewsDetector,
  sagasDetector,
  objectsDetector,
  assignmentsDetector,
]

const pageSize = 50

/** Rows examined at the same time, each with a few reads. */
const concurrencyMax = 8

/** The parts of a run's time: the rows of the truth, then the live sagas; the quotas have what is left. */
const shares = { rows: 0.7, liveSagas: 0.8 }

/**
 * Compares stored data with what it follows from, row by row, and heals or hands over what disagrees in two readings. By schedule, it
 * continues at the kept position; by command, it begins at the beginning, since whoever asks takes its answer for all of the data. Safe
 * beside traffic, beside itself, and killed at any moment: each healing is idempotent and conditional, and the ledger has it before it
 * happens (docs/adr/0039).
 */
export async function reconcile(given: ReconcileDeps, options: ReconcileOptions): Promise<Reconciled> {
  const { kinds = driftKinds, mode, by, deadlineMs } = options
  const deps = mode === 'dry run' ? { ...given, store: withoutWrites(given.store) } : given
  const { runtime } = deps
  const log = await RunLog.begin(deps, reconcileTask, { by })
  const run = new Run(deps, options, log)
  const shareMs = (share: number) => runtime.now() + (deadlineMs - runtime.now()) * share
  const name = 'reconcile-data'
  const isWhole = by === 'command'
  const chosen = detectors.filter(({ kind }) => kinds.includes(kind))
  let complete = true
  if (chosen.length > 0) {
    const round = await sweepRows(
      deps,
      { name, isWhole, table: 'Tickets', limit: pageSize, batchSize: pageSize },
      (rows, untilMs) =>
        run.examine(rows, (row) => allOf(chosen.map((one) => one.suspects(deps, row, untilMs))), untilMs),
      shareMs(shares.rows),
    )
    complete = run.note(round) && complete
  }
  if (kinds.includes('sagas')) {
    const round = await sweepRows(
      deps,
      { name: `${name} live`, isWhole, ...everyLiveSaga, limit: pageSize, batchSize: pageSize },
      (rows, untilMs) => run.examine(rows, (row) => stuckSaga(deps, row), untilMs),
      shareMs(shares.liveSagas),
    )
    complete = run.note(round) && complete
  }
  if (kinds.includes('views')) {
    await run.confirm(() => incompleteViews(deps), deadlineMs)
    if (options.compareViews) await run.confirm(options.compareViews, deadlineMs)
  }
  if (kinds.includes('quotas')) {
    const quotas = () => quotaSuspects({ ...deps, throttle: options.throttle }, deadlineMs)
    complete = (await run.confirm(quotas, deadlineMs)) && complete
  }
  return run.end(complete)
}

async function allOf(readings: readonly Promise<Suspect[]>[]): Promise<Suspect[]> {
  return (await Promise.all(readings)).flat()
}

/** What one run has found so far. */
class Run {
  readonly #deps: ReconcileDeps
  readonly #options: ReconcileOptions
  readonly #log: RunLog
  readonly #findings: Finding[] = []
  #examined = 0
  #failed = 0

  constructor(deps: ReconcileDeps, options: ReconcileOptions, log: RunLog) {
    this.#deps = deps
    this.#options = options
    this.#log = log
  }

  /** Two readings of these rows, the second one only of those that had suspects. */
  async examine(rows: readonly Row[], read: (row: Row) => Promise<Suspect[]>, deadlineMs: number): Promise<void> {
    const first = await this.#readAll(rows, read)
    this.#examined += rows.length
    this.#options.onProgress?.(this.#examined)
    await this.#options.throttle?.wait()
    const suspected = first.filter(({ suspects }) => suspects.length > 0)
    if (suspected.length === 0) return
    await this.#deps.runtime.sleep(this.#options.graceMs)
    const second = await this.#readAll(
      suspected.map(({ row }) => row),
      read,
    )
    const before = suspected.flatMap(({ suspects }) => suspects)
    await this.#handleConfirmed(
      before,
      second.flatMap(({ suspects }) => suspects),
      deadlineMs,
    )
  }

  /** Two readings of something that is read as a whole. False when the deadline came before its end. */
  async confirm(read: () => Promise<Suspect[] | undefined>, deadlineMs: number): Promise<boolean> {
    const first = await read()
    if (!first || first.length === 0) return first !== undefined
    await this.#deps.runtime.sleep(this.#options.graceMs)
    const second = await read()
    await this.#handleConfirmed(first, second ?? [], deadlineMs)
    return second !== undefined
  }

  /** Whether the round came to its end. Batches that could not be handled are counted. */
  note({ failed, complete }: Round): boolean {
    this.#failed += failed
    return complete
  }

  /** Drift that is left: what could not be examined may have drifted too. */
  get left(): number {
    return this.#findings.filter(({ outcome }) => outcome !== 'healed').length + this.#failed
  }

  async end(complete: boolean): Promise<Reconciled> {
    const { observer } = this.#deps
    const findings = this.#findings
    const result = { findings, examined: this.#examined, failed: this.#failed, left: this.left, complete }
    const byKind = Map.groupBy(findings, ({ kind }) => kind)
    const counts = Object.fromEntries([...byKind].map(([kind, of]) => [kind, countsOf(of)]))
    const status = runStatus({ failed: this.#failed, complete })
    await this.#log.end({ status, handled: this.#examined, counts })
    const facts = { runId: this.#log.runId, examined: this.#examined, failed: this.#failed, complete, counts }
    if (findings.length === 0 && this.#failed === 0) observer.info('stored data reconciled', facts)
    else observer.warn('stored data reconciled, and some of it had drifted', facts)
    return result
  }

  /** A row that can't be read is logged, and hides no other. */
  async #readAll(rows: readonly Row[], read: (row: Row) => Promise<Suspect[]>) {
    const readings: { row: Row; suspects: Suspect[] }[] = []
    for (let start = 0; start < rows.length; start += concurrencyMax) {
      const some = rows.slice(start, start + concurrencyMax)
      const outcomes = await Promise.allSettled(some.map(read))
      for (const [index, row] of some.entries()) {
        const outcome = outcomes[index]
        if (outcome?.status === 'fulfilled') readings.push({ row, suspects: outcome.value })
        else this.#noteUnreadable(row, outcome?.reason)
      }
    }
    return readings
  }

  #noteUnreadable({ pk, sk }: Row, cause: unknown): void {
    this.#failed++
    this.#deps.observer.error('a row could not be examined: it is not known whether it has drifted', {
      at: loggedKeys({ pk, sk }),
      cause,
    })
  }

  /** Handles the drift that both readings have found. */
  async #handleConfirmed(before: readonly Suspect[], now: readonly Suspect[], deadlineMs: number): Promise<void> {
    const nameOf = ({ kind, subject, mark }: Suspect) => JSON.stringify([kind, subject, mark])
    const suspected = new Set(before.map(nameOf))
    for (const drift of now) if (suspected.has(nameOf(drift))) await this.#handle(drift, deadlineMs)
  }

  /** Records the drift, then heals it or says who must. */
  async #handle(drift: Suspect, deadlineMs: number): Promise<void> {
    const { kind, subject, problem, since, heal, handOver } = drift
    const heals = heal && this.#options.mode === 'heal'
    const next = heals ? 'the run heals it' : handOver
    await this.#log.found({ kind, subject, problem, ...(since !== undefined && { since }), next })
    const outcome = heals ? await this.#heal(drift, heal, deadlineMs) : whatIsLeft(drift, this.#options.mode)
    const finding = { kind, subject, problem, since, ...outcome }
    this.#findings.push(finding)
    this.#options.onFinding?.(finding)
    this.#deps.observer.warn('stored data has drifted', finding)
  }

  async #heal(
    { kind, subject, handOver }: Suspect,
    heal: NonNullable<Suspect['heal']>,
    deadlineMs: number,
  ): Promise<Pick<Finding, 'outcome' | 'says'>> {
    let how: string
    try {
      how = await heal(deadlineMs)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      await this.#log.notHealed({ kind, subject, why })
      return cause instanceof HandOver
        ? { outcome: 'handed over', says: `${why}: ${handOver}` }
        : { outcome: 'left', says: `${why}: the next run tries again` }
    }
    await this.#log.healed({ kind, subject, how })
    return { outcome: 'healed', says: how }
  }
}

function whatIsLeft({ heal, handOver }: Suspect, mode: ReconcileOptions['mode']): Pick<Finding, 'outcome' | 'says'> {
  if (!heal) return { outcome: 'handed over', says: handOver }
  return { outcome: 'reported', says: mode === 'dry run' ? 'would be healed' : 'can be healed: run it with --heal' }
}

function countsOf(findings: readonly Finding[]): RunCounts {
  const count = (outcome: FindingOutcome) => findings.filter((finding) => finding.outcome === outcome).length
  return { found: findings.length, healed: count('healed'), handedOver: count('handed over') }
}
