import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Answer, Command } from './command.ts'
import { useOperator } from './operator.ts'
import { createSender } from './send-command.ts'

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
  const [sender] = useState(createSender)
  const [isBusy, setBusy] = useState(false)

  const send = async () => {
    setBusy(true)
    const answer = await sender({ source, tenant, command, about })
    if (!answer) return
    setBusy(false)
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
