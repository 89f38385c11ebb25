import { addBusinessMinutes, businessMs } from './business-time.ts'
import type { SlaPolicy } from './sla-policy.ts'
import type { TicketTimes } from './ticket-times.ts'

/**
 * How one target stands: `met` or `missed` by when it was done, or while it is not done, `missed` once it is due and `pending` before.
 * `elapsedMs` is the business time from the opening until it was done, or until the time of the judgement.
 */
export interface TargetJudgement {
  state: 'met' | 'missed' | 'pending'
  targetMinutes: number
  dueAt: string
  doneAt?: string
  elapsedMs: number
}

export interface SlaJudgement {
  firstAnswer: TargetJudgement
  resolution: TargetJudgement
}

/** Judges a ticket by the policy that held when it was opened, at a time (ISO 8601, UTC). Targets are those of the ticket's priority. */
export function judgeSla(policy: SlaPolicy, times: TicketTimes, at: string): SlaJudgement {
  const { firstAnswerMinutes, resolutionMinutes } = policy.targets[times.priority]
  const judge = (targetMinutes: number, doneAt: string | undefined): TargetJudgement => {
    const dueAt = addBusinessMinutes(policy, times.openedAt, targetMinutes)
    const elapsedMs = businessMs(policy, times.openedAt, doneAt ?? at)
    const isLate = (doneAt ?? at) > dueAt
    if (doneAt === undefined) return { state: isLate ? 'missed' : 'pending', targetMinutes, dueAt, elapsedMs }
    return { state: isLate ? 'missed' : 'met', targetMinutes, dueAt, doneAt, elapsedMs }
  }
  return {
    firstAnswer: judge(firstAnswerMinutes, times.firstAnsweredAt),
    resolution: judge(resolutionMinutes, times.resolvedAt),
  }
}

/** Whether the promise was kept: both targets met, or one missed; undefined while that is open. */
export function isKept({ firstAnswer, resolution }: SlaJudgement): boolean | undefined {
  if (firstAnswer.state === 'missed' || resolution.state === 'missed') return false
  return firstAnswer.state === 'met' && resolution.state === 'met' ? true : undefined
}

/**
 * What had been recorded of a history by a time: all up to the last event that had. Later corrections and late comments are not known yet.
 */
export function knownBy<E extends { recordedAt: string }>(history: readonly E[], at: string): E[] {
  return history.slice(0, history.findLastIndex(({ recordedAt }) => recordedAt <= at) + 1)
}
