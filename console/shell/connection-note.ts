import { html } from 'htm/preact'
import { connection } from '../live/connection.ts'

const notes = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'The stack does not answer. Trying again.',
} as const

/** Whether what is shown is live; said aloud when that changes. */
export function ConnectionNote() {
  const state = connection.value
  return html`<p class=${`connection is-${state}`} role="status">${notes[state]}</p>`
}
