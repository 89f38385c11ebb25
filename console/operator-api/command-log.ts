import { html } from 'htm/preact'
import { answers } from './answers.ts'

export function CommandLog() {
  return html`
    <div class="answers" role="log" aria-label="Answers to commands">
      ${answers.value.map(
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
