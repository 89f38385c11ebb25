import { html } from 'htm/preact'

interface Props {
  label: string
  value: string
  onText: (text: string) => void
  maxlength?: number
  /** Takes the room that is left. */
  grows?: boolean
}

/** A field for an id or a name, with its label above it. */
export function TextField({ label, value, onText, maxlength = 255, grows = false }: Props) {
  return html`
    <label class=${grows ? 'grows' : ''}>
      <span>${label}</span>
      <input
        class="mono"
        value=${value}
        maxlength=${maxlength}
        autocomplete="off"
        spellcheck=${false}
        onInput=${(event: Event) => onText((event.target as HTMLInputElement).value)}
      />
    </label>
  `
}
