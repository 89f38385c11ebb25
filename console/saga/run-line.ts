import { elapsed } from '../timeline/timeline-view.ts'
import type { Attempt, RetryPolicy, SagaRun } from '../wire-saga.ts'
import type { Tone } from './step-status.ts'

/** What a saga went through, on one timeline. */
export interface RunLine {
  rows: RunRow[]
  /** What the saga waits for, in words that stay while it does; undefined when it has ended or works. */
  waitsFor: string | undefined
  /** Until when at most, as of now; undefined when that is not known. */
  waitsUntil: string | undefined
}

export interface RunRow {
  at: string
  /** Since the saga began, such as `+83 ms`. */
  offset: string
  what: string
  /** The error, and what else is to be said. */
  detail: string
  tone: Tone
  /** In words, when time passed before it: `1.2 s of backoff`. */
  pause: string | undefined
  /** On a line of 0 to 100 from the beginning of the saga until now: the attempt, and the backoff before it. */
  bar: { from: number; to: number; backoffFrom: number | undefined }
}

const pauseMs = 1_000

const attemptTone: Record<Attempt['outcome'], Tone> = {
  done: 'done',
  skipped: 'done',
  refused: 'problem',
  failed: 'held-up',
  'given-up': 'problem',
  waiting: 'active',
  lost: 'held-up',
  undone: 'undone',
  'nothing-to-undo': 'undone',
}

/** A step of the line before it is measured. Without an end it is a moment. */
type Draft = Pick<RunRow, 'what' | 'detail' | 'tone'> & { startMs: number; endMs: number; afterFailureMs?: number }

/** The timeline of a run, as of `nowMs`. */
export function runLine(run: SagaRun, nowMs: number): RunLine {
  const { saga, stored } = run
  const beganMs = Date.parse(saga.startedAt)
  const moment = (at: string, what: string, tone: Tone, detail = ''): Draft => {
    return { what, detail, tone, startMs: Date.parse(at), endMs: Date.parse(at) }
  }
  const drafts: Draft[] = [
    moment(saga.startedAt, 'saga begun', 'plain'),
    ...saga.steps.map((attempt, at) => attemptDraft(attempt, saga.steps[at - 1])),
    ...(stored?.task ? [runningDraft(stored.task, nowMs)] : []),
    ...(stored?.parking ? [moment(stored.parking.since, 'parked', 'problem', saga.reason)] : []),
    ...(stored?.resumedAt ? [moment(stored.resumedAt, 'resumed by an operator', 'active')] : []),
    ...(saga.endedAt ? [moment(saga.endedAt, saga.state, saga.state === 'completed' ? 'done' : 'undone')] : []),
  ]
  const inOrder = drafts.toSorted((a, b) => a.startMs - b.startMs)
  const lastMs = saga.endedAt ? Date.parse(saga.endedAt) : nowMs
  const share = (ms: number) => (lastMs <= beganMs ? 0 : clamp(((ms - beganMs) / (lastMs - beganMs)) * 100))
  const rows = inOrder.map((draft, at): RunRow => {
    const { startMs, endMs, afterFailureMs, ...shown } = draft
    const pausedMs = startMs - (inOrder[at - 1]?.endMs ?? startMs)
    return {
      ...shown,
      at: new Date(startMs).toISOString(),
      offset: `+${elapsed(Math.max(0, startMs - beganMs))}`,
      pause: pausedMs < pauseMs ? undefined : pauseWords(pausedMs, afterFailureMs !== undefined),
      bar: {
        from: share(startMs),
        to: share(endMs),
        backoffFrom: afterFailureMs === undefined ? undefined : share(afterFailureMs),
      },
    }
  })
  return { rows, waitsFor: waitsFor(run), waitsUntil: waitsUntil(run, nowMs) }
}

function attemptDraft(attempt: Attempt, before: Attempt | undefined): Draft {
  const { action, step, outcome, error, startedAt, endedAt } = attempt
  const isRetry = before?.step === step && before.action === action && ['failed', 'lost'].includes(before.outcome)
  const tookMs = Date.parse(endedAt) - Date.parse(startedAt)
  const number = attempt.attempt > 1 ? `, attempt ${attempt.attempt}` : ''
  return {
    what: `${action} ${step}: ${outcome.replaceAll('-', ' ')}${number}`,
    detail: [`took ${elapsed(tookMs)}`, error && [error.name, error.message].filter(Boolean).join(': ')]
      .filter(Boolean)
      .join(', '),
    tone: attemptTone[outcome],
    startMs: Date.parse(startedAt),
    endMs: Date.parse(endedAt),
    ...(isRetry && { afterFailureMs: Date.parse(before.endedAt) }),
  }
}

function runningDraft(
  { action, steps, startedAt }: { action: string; steps: string[]; startedAt: string },
  nowMs: number,
): Draft {
  const startMs = Date.parse(startedAt)
  return {
    what: `${action} ${steps.join(', ')}`,
    detail: 'runs',
    tone: 'active',
    startMs,
    endMs: Math.max(startMs, nowMs),
  }
}

const pauseWords = (ms: number, isBackoff: boolean) =>
  isBackoff ? `${elapsed(ms)} of backoff` : `${elapsed(ms)} later`

/** What has to happen for the saga to go on, in words. */
function waitsFor(run: SagaRun): string | undefined {
  const { saga, stored } = run
  if (saga.state === 'parked')
    return stored?.resumedAt
      ? 'It has been resumed, and goes on in a moment.'
      : 'It waits for an operator to resume it.'
  if (saga.heldFor !== undefined) return `It is held, and goes on when ${saga.heldFor} is released.`
  if (saga.state === 'pending') return 'Its execution starts in a moment.'
  if (saga.state !== 'running' || stored?.task) return undefined
  const last = saga.steps.at(-1)
  if (last?.outcome === 'waiting') return 'It waits for a callback from outside, or until its time is over.'
  if (last?.outcome !== 'failed') return undefined
  const policy = retryPolicy(run, last)
  if (!policy) return 'It waits for its next attempt.'
  return `It waits for its next attempt; after ${policy.retriesMax + 1} in a row it goes no further by itself.`
}

function waitsUntil(run: SagaRun, nowMs: number): string | undefined {
  const { saga, stored } = run
  const last = saga.steps.at(-1)
  const isFailing =
    saga.state === 'running' && saga.heldFor === undefined && !stored?.task && last?.outcome === 'failed'
  const policy = isFailing ? retryPolicy(run, last) : undefined
  if (!policy || !last) return undefined
  const leftMs = Date.parse(last.endedAt) + delayMaxMs(policy, last.attempt) - nowMs
  return `The attempt comes ${leftMs > 0 ? `within ${elapsed(Math.ceil(leftMs / 1_000) * 1_000)}` : 'any moment'}.`
}

const retryPolicy = ({ definition }: SagaRun, { step, action }: Attempt): RetryPolicy | undefined =>
  definition?.steps.find(({ name }) => name === step)?.retries[action]

/** The longest delay after so many failures. */
export function delayMaxMs({ intervalSeconds, backoffRate, delaySecondsMax }: RetryPolicy, failures: number): number {
  return Math.min(intervalSeconds * backoffRate ** (failures - 1), delaySecondsMax) * 1_000
}

const clamp = (percent: number) => Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10
