import { type ReadonlySignal, signal } from '@preact/signals'
import { pageVisibility } from '../live/page-visibility.ts'
import { poll } from './poll.ts'
import { session } from './session.ts'

/** Soon enough for a person, and 720 readings an hour while somebody watches (ADR 60). */
const pace = { everyMs: 5_000, slowestMs: 60_000 }

/** What is read again begins within it. */
const startsWithinMs = 500

const turns = signal(0)

/** Changes each time that what is shown is to be read again. */
export const pulse: ReadonlySignal<number> = turns

/** Begins to read again and again; returns how to stop. */
export function startPulse(): () => void {
  const turn = async () => {
    turns.value++
    await new Promise((resolve) => setTimeout(resolve, startsWithinMs))
    return session.lastReading()
  }
  return poll(turn, pageVisibility, pace)
}
