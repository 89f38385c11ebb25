import { signal } from '@preact/signals'
import { html } from 'htm/preact'

/** What was sent and answered, the newest first. It stays when the row that one clicked on is gone. */
const answered = signal<readonly { at: number; about: string; words: string }[]>([])

const kept = 5

export function logAnswer(about: string, words: string): void {
  answered.value = [{ at: Date.now(), about, words }, ...answered.value].slice(0, kept)
}

/** Forgets the answers: the next user who signs in did not send these commands. */
export function forgetAnswers(): void {
  answered.value = []
}

export function CommandLog() {
  return html`
    <div class="answers" role="log" aria-label="Answers to commands">
      ${answered.value.map(
        ({ at, about, words }) => html`
          <p key=${at}>
            <time datetime=${new Date(at).toISOString()}>${new Date(at).toLocaleTimeString('en-GB')}</time>
            <span><b>${about}</b> ${words}</span>
          </p>
        `,
      )}
    </div>
  `
}
