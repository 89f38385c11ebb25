import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { doAction } from './do-action.ts'
import type { SagaAction } from './saga-view.ts'

/** Does it by one click, and says what came of it beside the button. */
export function ActionButton({
  action,
  about,
  done,
}: {
  action: SagaAction
  about: string
  done: () => Promise<void>
}) {
  const [outcome, setOutcome] = useState('')
  const [isBusy, setBusy] = useState(false)
  const click = async () => {
    if (isBusy) return
    setBusy(true)
    setOutcome(await doAction(action))
    setBusy(false)
    await done()
  }
  return html`
    <button type="button" aria-label=${`${action.label}: ${about}`} aria-disabled=${isBusy} onClick=${click}>
      ${action.label}
    </button>
    <span class="note" role="status">${outcome}</span>
  `
}
