import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { answerWords, type Command } from '../operator/command.ts'
import { session } from './session.ts'

interface Props {
  command: Command
  /** What it is about, such as a saga. */
  about: string
  /** It was answered, however. */
  onAnswer: () => Promise<void>
}

/** Sends a command by one click, and says what came of it beside the button. */
export function SendButton({ command, about, onAnswer }: Props) {
  const [words, setWords] = useState('')
  const [isBusy, setBusy] = useState(false)
  const click = async () => {
    if (isBusy) return
    setBusy(true)
    setWords(answerWords(command, await session.send(command)))
    setBusy(false)
    await onAnswer()
  }
  // Not disabled while it is busy: the focus stays on it.
  return html`
    <button type="button" aria-label=${`${command.title}: ${about}`} aria-disabled=${isBusy} onClick=${click}>
      ${command.title}
    </button>
    <span class="note" role="status">${words}</span>
  `
}
