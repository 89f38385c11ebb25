import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { live } from '../live/connection.ts'
import { chanceAtFirst, faultOf, type Preset, strikes } from './presets.ts'
import { addRule, removeRule } from './rules.ts'

/** One failure as a switch, with how often it strikes and how often it did. */
export function PresetSwitch({ preset }: { preset: Preset }) {
  const { title, says, rule, hasChance } = preset
  const fault = faultOf(preset, live.value.faults)
  const [chance, setChance] = useState(chanceAtFirst)
  const [problem, setProblem] = useState('')
  const isOn = fault !== undefined
  const percent = Math.round((fault?.probability ?? chance) * 100)

  const toggle = async () => {
    const done = isOn ? await removeRule(rule.name) : await addRule(hasChance ? { ...rule, probability: chance } : rule)
    setProblem(done.status === 'failed' ? done.why : '')
  }

  return html`
    <li class=${isOn ? 'is-on' : ''}>
      <label class="switch">
        <input type="checkbox" role="switch" checked=${isOn} onChange=${toggle} />
        <span class="name">${title}</span>
      </label>
      <p class="note">${says}</p>
      <p class="state">
        ${
          hasChance &&
          html`
            <label>
              <span class="unseen">How often: ${title}</span>
              <input
                type="range"
                min="5"
                max="100"
                step="5"
                value=${percent}
                disabled=${isOn}
                onInput=${(event: Event) => setChance(Number((event.target as HTMLInputElement).value) / 100)}
              />
              <span>${percent}% of calls</span>
            </label>
          `
        }
        <span class="struck">${fault ? strikes(fault) : ''}</span>
      </p>
      ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
    </li>
  `
}
