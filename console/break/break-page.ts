import { html } from 'htm/preact'
import { live } from '../live/connection.ts'
import { PromisesPanel } from '../overview/promises-panel.ts'
import { OwnRule } from './own-rule.ts'
import { PresetSwitch } from './preset-switch.ts'
import { otherFaults, presets, ruleWords, strikes } from './presets.ts'
import { removeAllRules, removeRule } from './rules.ts'

/** Failures to switch on, with what the promises say meanwhile. */
export function BreakPage() {
  const { faults } = live.value
  const others = otherFaults(faults)
  return html`
    <div class="break">
      <section class="panel" aria-labelledby="switches">
        <header>
          <h2 id="switches">What goes wrong</h2>
          <button type="button" disabled=${faults.length === 0} onClick=${removeAllRules}>Lift all</button>
        </header>
        <ul class="switches">
          ${presets.map((preset) => html`<${PresetSwitch} key=${preset.rule.name} preset=${preset} />`)}
        </ul>
        ${
          others.length > 0 &&
          html`
            <h3>Other rules</h3>
            <ul class="others">
              ${others.map(
                (fault) => html`
                  <li key=${fault.name}>
                    <span><b>${fault.name}</b> <span class="mono">${ruleWords(fault)}</span></span>
                    <span class="note">${strikes(fault)}</span>
                    <button type="button" aria-label=${`Lift ${fault.name}`} onClick=${() => removeRule(fault.name)}>
                      Lift
                    </button>
                  </li>
                `,
              )}
            </ul>
          `
        }
      </section>
      <div class="beside">
        <${PromisesPanel} />
        <${OwnRule} />
      </div>
    </div>
  `
}
