import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { Polled } from './use-polled.ts'

/** What was read, or why it was not; what is shown while the API does not answer is of an earlier reading, and says so. */
export function PolledContent<Value>({ polled, show }: { polled: Polled<Value>; show: (value: Value) => VNode }) {
  const { content, problem } = polled
  if (content.status === 'loading') return html`<p class="empty" role="status">Reading</p>`
  if (content.status === 'failed') return html`<p class="problem" role="alert">${content.why}</p>`
  return html`
    <p class="problem" role="status">${problem && `${problem} What is shown was read before. Trying again.`}</p>
    ${show(content.value)}
  `
}
