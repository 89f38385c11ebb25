import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CountedRule } from 'embedded-aws/faults'
import { gatherEvidence } from '../../../proof/check/evidence.ts'
import type { RequestAttempt } from '../../../proof/load/attempt.ts'
import type { ViewRead } from '../../../proof/load/view-read.ts'
import type { Target } from '../../../proof/target.ts'
import type { Arrow } from '../picture/arrows.ts'
import { drawLive } from '../recording/draw-live.ts'
import type { Recording } from '../recording/exchange.ts'
import { stepRecorder } from '../recording/step-recorder.ts'
import { startTraceRecorder } from '../recording/trace-recorder.ts'
import type { StepDescription, StepRecord } from '../step.ts'
import { type Claim, judgeClaim } from './claims.ts'
import { recordingFaultClient } from './fault-client.ts'
import { isBusy, isIdle } from './idle.ts'
import { person } from './person.ts'
import type { ScenarioContext } from './scenario-context.ts'
import { storeOfTenants } from './tenant-store.ts'
import { waitUntilWithin, within } from './wait-until.ts'

const rootDir = resolve(import.meta.dirname, '../../..')

/** A stack that a scenario may kill, because the caller can start it again. */
export interface RestartableStack {
  /** Resolves when the stack has been killed. */
  killed(): Promise<void>
  /** Starts it again on the same data and port. */
  startAgain(): Promise<void>
}

export interface ContextOptions {
  /** Called before each step, which waits for it. Steps count from 1. */
  onStepStart?: (description: StepDescription, number: number) => void | Promise<void>
  /** Called while a step is under way, each time that its picture has changed. */
  onStepDrawn?: (picture: readonly Arrow[], number: number) => void
  onStepEnd?: (step: StepRecord, number: number) => void
  /** Stops the story at its next step or wait. */
  signal?: AbortSignal
  /** Where the sources are that the stack was built from; those of this process by default. */
  sourceDir?: string
  /** Needed by scenarios that kill the stack. */
  stack?: RestartableStack
  /** How long a story waits for something before it fails; a minute by default, much longer than anything takes. */
  timeoutMs?: number
}

/** A context together with what the runner reads from it afterwards. */
export interface OpenContext extends ScenarioContext {
  steps: StepRecord[]
  claims: Claim[]
  attempts: RequestAttempt[]
  viewReads: ViewRead[]
  /** Lifts the fault rules that are still in force, stops recording, and returns every rule that was set, with its counts. */
  close(): Promise<CountedRule[]>
  /** Repairs what the story damaged and has not repaired, for a run that is stopped; after `close`. */
  repair(): Promise<void>
}

/** Opens the context of one run; `run` makes its tenants unique. */
export async function openContext(
  target: Target,
  name: string,
  {
    run,
    onStepStart,
    onStepDrawn,
    onStepEnd,
    signal,
    sourceDir = rootDir,
    stack,
    timeoutMs = 60_000,
  }: { run: string } & ContextOptions,
): Promise<OpenContext> {
  const tenant = `${name}-${run}`
  const otherTenant = `${tenant}-other`
  const tenants = [tenant, otherTenant]
  const store = storeOfTenants(target.store, tenants)
  const recording: Recording = { exchanges: [], attempts: [], viewReads: [] }
  const evidence = () => gatherEvidence(store, Date.now(), recording.attempts)
  const until = waitUntilWithin(timeoutMs, signal)
  const trace = await startTraceRecorder({
    edgeUrl: target.edgeUrl,
    tenant,
    waitUntil: (what, isDone) => until(what, async () => isDone(), Boolean),
  })
  const recorder = stepRecorder({ tenant, otherTenant, exchanges: recording.exchanges, trace, evidence })
  const removedRules: CountedRule[] = []
  const faults = recordingFaultClient(target.edgeUrl, removedRules)
  const steps: StepRecord[] = []
  const claims: Claim[] = []
  const repairs = new Set<() => Promise<void>>()
  return {
    target,
    operatorCode: async (file) => await import(pathToFileURL(join(sourceDir, file)).href),
    tenant,
    otherTenant,
    steps,
    claims,
    attempts: recording.attempts,
    viewReads: recording.viewReads,
    person: (user, role, ofTenant = tenant) => person(target, { tenant: ofTenant, user, role }, recording),
    faults,
    evidence,
    until,
    traceEntries: trace.entries,
    note: recorder.note,
    claim: (says, found, expected = true) => void claims.push(judgeClaim(says, found, expected)),
    repairWhenStopped(repair) {
      repairs.add(repair)
      return async () => {
        await repair()
        repairs.delete(repair)
      }
    },
    async step(description, act) {
      signal?.throwIfAborted()
      await onStepStart?.(description, steps.length + 1)
      const number = steps.length + 1
      const stopDrawing = onStepDrawn && drawLive(recorder.drawn, (picture) => onStepDrawn(picture, number))
      await act().finally(stopDrawing)
      const step = await recorder.record(description)
      steps.push(step)
      onStepEnd?.(step, steps.length)
    },
    async restart() {
      if (!stack) throw new Error('this scenario kills the stack, and the caller has no stack that it can start again')
      await within(timeoutMs, 'the stack to be killed', stack.killed())
      faults.stackKilled()
      await stack.startAgain()
      await trace.reconnect()
    },
    async untilIdle() {
      const readWhenCalm = async () => ((await isBusy(store, tenants)) ? undefined : evidence())
      await until(
        'every event to be applied and every saga to end',
        readWhenCalm,
        (stored) => stored !== undefined && isIdle(stored),
      )
    },
    async close() {
      // A dead stack has no rules left to remove; the verdict reports that it is dead.
      await faults.removeAll().catch(() => {})
      await trace.stop()
      return removedRules
    },
    async repair() {
      for (const repair of repairs) await repair()
    },
  }
}
