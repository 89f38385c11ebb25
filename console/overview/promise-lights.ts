import { html } from 'htm/preact'
import { useRef, useState } from 'preact/hooks'
import { nextInRow } from '../shell/roving.ts'
import type { Light, Promises } from '../wire.ts'

interface Props {
  invariants: Promises['invariants']
  /** Number of the promise that is told beside. */
  shown: number | undefined
  show: (number: number | undefined) => void
}

/** A light per promise: one stop of the Tab key, with arrows between them. */
export function PromiseLights({ invariants, shown, show }: Props) {
  const row = useRef<HTMLDivElement>(null)
  const [focused, setFocused] = useState(0)
  const move = (event: KeyboardEvent) => {
    const next = nextInRow(event.key, focused, invariants.length)
    if (next === undefined) return
    event.preventDefault()
    setFocused(next)
    row.current?.querySelectorAll('button')[next]?.focus()
  }
  return html`
    <div ref=${row} class="lights" role="toolbar" aria-label="Each promise" onKeyDown=${move}>
      ${invariants.map(
        ({ number, promise, light }, at) => html`
          <button
            key=${number}
            type="button"
            class=${`light is-${light}`}
            tabindex=${at === Math.min(focused, invariants.length - 1) ? 0 : -1}
            aria-pressed=${shown === number}
            aria-label=${`${number}, ${lightWords[light]}: ${promise}`}
            title=${promise}
            onFocus=${() => setFocused(at)}
            onClick=${() => show(shown === number ? undefined : number)}
          >
            ${number}
          </button>
        `,
      )}
    </div>
  `
}

const lightWords: Record<Light, string> = { holds: 'holds', suspect: 'to be read again', broken: 'broken' }
