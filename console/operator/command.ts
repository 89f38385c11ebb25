import type { Saga } from '../wire-saga.ts'

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
  body?: Record<string, unknown>
}

/**
 * `done`: by this request, or by an earlier one with the same key (`isRepeat`). `refused`: definitely not, and why. `unknown`: no answer, or
 * none that says whether it took effect.
 */
export type Answer =
  | { is: 'done'; isRepeat: boolean }
  | { is: 'refused'; why: string }
  | { is: 'unknown'; why?: string }

type Operable = Pick<Saga, 'id' | 'state' | 'generation' | 'parkingId'>

/** Resumes a parked saga from where it failed. The parking is named, so that it is resumed once. */
export function resume({ id, parkingId = '' }: Operable): Command {
  return {
    title: 'Resume',
    done: 'Resumed: it goes on from where it failed.',
    ...{ method: 'POST', path: `/sagas/${encodeURIComponent(id)}/resume` },
    ...{ key: `console-resume-${parkingId}`, body: { parkingId } },
  }
}

/** Makes the next attempt at once. The generation is named, so that it is made once. */
export function runNow({ id, generation }: Operable): Command {
  return {
    title: 'Run now',
    done: 'Its next attempt is made now.',
    ...{ method: 'POST', path: `/sagas/${encodeURIComponent(id)}/run-now` },
    ...{ key: `console-run-now-${id}-${generation}`, body: { generation } },
  }
}

/** What can be done about a saga; undefined when it needs nobody. */
export function commandFor(saga: Operable, lastOutcome: string | undefined): Command | undefined {
  if (saga.state === 'parked' && saga.parkingId !== undefined) return resume(saga)
  return saga.state === 'running' && lastOutcome === 'failed' ? runNow(saga) : undefined
}

/** What an answer of the API says of the command. */
export function readAnswer(status: number, isRepeat: boolean, text: string): Answer {
  if (status < 300) return { is: 'done', isRepeat }
  const why = problemWords(text) ?? `The stack answered ${status}.`
  return status < 500 && status !== 408 && status !== 429 ? { is: 'refused', why } : { is: 'unknown', why }
}

function problemWords(text: string): string | undefined {
  try {
    const { detail, title, error } = JSON.parse(text)
    return [detail, title, error].find((each) => typeof each === 'string')
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
