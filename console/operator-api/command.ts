import type { BlockedAggregate, Hold, Saga } from '../wire-saga.ts'

/** A command of the operator API. */
export interface Command {
  /** What the button says. */
  title: string
  /** What was done, once it was. */
  done: string
  method: 'POST' | 'PUT' | 'DELETE'
  path: string
  /** The Idempotency-Key. It is made of what the command is about, so that two clicks, two windows or two tries are one command. */
  key: string
  /** It may be sent again once it was answered: each time, a part of chance makes its key another one. */
  isRepeatable?: true
  body?: Record<string, unknown>
}

/**
 * `done`: by this request, or by an earlier one with the same key (`isRepeat`). `refused`: definitely not, and why. `unknown`: no answer,
 * or none that says whether it took effect.
 */
export type Answer =
  | { is: 'done'; isRepeat: boolean; body: unknown }
  | { is: 'refused'; why: string }
  | { is: 'unknown'; why?: string }

type Operable = Pick<Saga, 'id' | 'state' | 'generation' | 'parkingId' | 'heldFor'>

/** Resumes a parked saga from where it failed. The parking is named, so that it is resumed once. */
export function resume({ id, parkingId = '' }: Operable): Command {
  return {
    title: 'Resume',
    done: 'Resumed: it goes on from where it failed.',
    method: 'POST',
    path: `/sagas/${encodeURIComponent(id)}/resume`,
    key: `console-resume-${parkingId}`,
    body: { parkingId },
  }
}

/** Makes the next attempt at once. The generation is named, so that it is made once. */
export function runNow({ id, generation }: Operable): Command {
  return {
    title: 'Run now',
    done: 'Its next attempt is made now.',
    method: 'POST',
    path: `/sagas/${encodeURIComponent(id)}/run-now`,
    key: `console-run-now-${id}-${generation}`,
    body: { generation },
  }
}

/** Which parked sagas to resume: all that pass each filter that is not empty. */
export type ResumptionFilter = Record<'name' | 'step' | 'error', string>

/** Resumes many. Each parking is resumed once, however many resumptions there are. */
export function resumeAll({ name, step, error }: ResumptionFilter): Command {
  const filter = Object.fromEntries(Object.entries({ name, step, error }).filter(([, value]) => value !== ''))
  return {
    title: 'Resume all',
    done: 'They are resumed one after the other.',
    method: 'POST',
    path: '/sagas/resumptions',
    key: 'console-resumption',
    isRepeatable: true,
    body: { filter },
  }
}

/** Lets a consumer try again at once. Trying twice applies nothing twice. */
export function redrive({ id }: Pick<BlockedAggregate, 'id'>): Command {
  return {
    title: 'Redrive',
    done: 'The consumer tries it again now.',
    method: 'POST',
    path: `/blocked/${id}/redrive`,
    key: 'console-redrive',
    isRepeatable: true,
    body: {},
  }
}

/** Sagas that need it wait from then on. */
export function hold(dependency: string, reason: string): Command {
  return {
    title: 'Hold',
    done: `Sagas that need ${dependency} wait now.`,
    method: 'PUT',
    path: `/holds/${encodeURIComponent(dependency)}`,
    key: 'console-hold',
    isRepeatable: true,
    body: reason === '' ? {} : { reason },
  }
}

/** Since when it is held makes the key: held again, it can be released again. */
export function release({ dependency, since }: Pick<Hold, 'dependency' | 'since'>): Command {
  return {
    title: 'Release',
    done: `${dependency} is released: what waited goes on, a few at a time.`,
    method: 'DELETE',
    path: `/holds/${encodeURIComponent(dependency)}`,
    key: `console-release-${dependency}-${since}`,
  }
}

/** What can be done about a saga; undefined when it needs nobody. */
export function commandFor(saga: Operable, lastOutcome: string | undefined): Command | undefined {
  if (saga.state === 'parked' && saga.parkingId !== undefined) return resume(saga)
  const isFailing = saga.state === 'running' && saga.heldFor === undefined && lastOutcome === 'failed'
  return isFailing ? runNow(saga) : undefined
}

/** What an answer of the API says of the command. */
export function readAnswer(status: number, isRepeat: boolean, text: string): Answer {
  if (status < 300) return { is: 'done', isRepeat, body: jsonOf(text) }
  const why = problemWords(text) ?? `The stack answered ${status}.`
  return status < 500 && status !== 408 && status !== 429 ? { is: 'refused', why } : { is: 'unknown', why }
}

function problemWords(text: string): string | undefined {
  const { detail, title, error } = (jsonOf(text) ?? {}) as Record<string, unknown>
  return [detail, title, error].find((each) => typeof each === 'string')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An answer in plain words. */
export function answerWords({ done }: Pick<Command, 'done'>, answer: Answer): string {
  switch (answer.is) {
    case 'done':
      return answer.isRepeat ? `${done} This had been sent before, and took effect once.` : done
    case 'refused':
      return `Nothing was changed. ${answer.why}`
    case 'unknown':
      return `No definite answer. ${answer.why ?? 'The stack does not answer.'} Send it again: it takes effect once.`
    default:
      return answer satisfies never
  }
}
