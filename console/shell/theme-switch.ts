import { html } from 'htm/preact'
import { setTheme, type Theme, theme } from './theme.ts'

const choices: readonly (readonly [Theme, string])[] = [
  ['system', 'Auto'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

export function ThemeSwitch() {
  return html`
    <fieldset class="theme">
      <legend class="unseen">Colours</legend>
      ${choices.map(
        ([choice, label]) => html`
          <label key=${choice}>
            <input
              type="radio"
              name="theme"
              checked=${theme.value === choice}
              onChange=${() => setTheme(choice)}
            />
            <span>${label}</span>
          </label>
        `,
      )}
    </fieldset>
  `
}
