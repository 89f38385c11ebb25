import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Answer, answerWords, type Command } from './command.ts'
import { logAnswer } from './command-log.ts'
import { freshId } from './fresh-id.ts'
import { useOperator } from './operator.ts'

interface Props {
  tenant: string
  command: Command
  /** What it is about, such as a saga. */
  about: string
  /** It was answered, however. */
  onAnswer: (answer: Answer) => void
}

/** Sends a command; the log then shows its outcome. A click while a command is under way is ignored. */
export function CommandButton({ tenant, command, about, onAnswer }: Props) {
  const { source } = useOperator()
  const button = useRef<HTMLButtonElement>(null)
  const isSending = useRef(false)
  const chance = useRef(freshId())
  const [isBusy, setBusy] = useState(false)

  const send = async () => {
    if (isSending.current) return
    isSending.current = true
    setBusy(true)
    const key = command.isRepeatable ? `${command.key}-${chance.current}` : command.key
    const answer = await source.send(tenant, { ...command, key })
    // Without a definite answer the next try is the same command.
    if (answer.is !== 'unknown') chance.current = freshId()
    isSending.current = false
    setBusy(false)
    logAnswer(`${command.title}: ${about}.`, answerWords(command, answer))
    onAnswer(answer)
  }

  useEffect(() => {
    const own = button.current
    // What one has dealt with leaves the list; who works by keyboard stays near it.
    return () => {
      if (own === document.activeElement) own?.closest('section')?.querySelector('h2')?.focus()
    }
  }, [])

  // Not disabled while it is busy: the focus stays on it.
  return html`
    <button ref=${button} type="button" aria-label=${`${command.title}: ${about}`} aria-disabled=${isBusy} onClick=${send}>
      ${command.title}
    </button>
  `
}
