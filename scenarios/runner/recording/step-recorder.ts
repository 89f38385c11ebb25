import type { Evidence } from '../../../proof/check/evidence.ts'
import { type Arrow, toArrows } from '../picture/arrows.ts'
import { momentsUnderWay, toMoments } from '../picture/moments.ts'
import type { StepDescription, StepRecord } from '../step.ts'
import { toCalls } from './calls.ts'
import type { Exchange } from './exchange.ts'
import { namedRows } from './named-rows.ts'
import { rowChanges } from './row-changes.ts'
import { sagaRuns } from './saga-runs.ts'
import { shortIds } from './short-ids.ts'
import type { TraceRecorder } from './trace-recorder.ts'

export interface StepRecorder {
  /** Adds a line to the step that is recorded next. */
  note(line: string): void
  /** The picture of what has happened since the previous step so far, from what was seen alone: nothing is read. */
  drawn(): Arrow[]
  /** Records what has happened since the previous step. */
  record(description: StepDescription): Promise<StepRecord>
}

export interface StepRecorderDeps {
  tenant: string
  otherTenant: string
  exchanges: readonly Exchange[]
  trace: TraceRecorder
  evidence(): Promise<Evidence>
}

export function stepRecorder({ tenant, otherTenant, exchanges, trace, evidence }: StepRecorderDeps): StepRecorder {
  const shortId = shortIds()
  const ownerSuffix = (owner: string) => (owner === otherTenant ? ', of the other company' : '')
  const rowsOf = (stored: Evidence) => namedRows(stored, shortId, ownerSuffix)
  const notes: string[] = []
  let exchangesRecorded = 0
  let before: Evidence | undefined
  return {
    note: (line) => void notes.push(line),
    drawn: () => toArrows(momentsUnderWay(exchanges.slice(exchangesRecorded), trace.pending(), tenant)),
    async record(description) {
      const after = await evidence()
      const newExchanges = exchanges.slice(exchangesRecorded)
      exchangesRecorded = exchanges.length
      const newEntries = await trace.takeNew()
      const runs = sagaRuns(before?.sagas ?? [], after.sagas)
      const step: StepRecord = {
        ...description,
        notes: notes.splice(0),
        picture: toArrows(toMoments(newExchanges, newEntries, runs, tenant)),
        wire: toCalls(newExchanges, newEntries),
        rows: rowChanges(before ? rowsOf(before) : [], rowsOf(after)),
      }
      before = after
      return step
    },
  }
}
