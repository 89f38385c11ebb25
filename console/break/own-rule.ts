import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { type Draft, emptyDraft, kinds, ruleOfDraft } from './rule-draft.ts'
import { addRule } from './rules.ts'

/** Any other rule: where it strikes and what it does. The stack says what is wrong with it. */
export function OwnRule() {
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [problem, setProblem] = useState('')
  const set = (name: keyof Draft) => (event: Event) =>
    setDraft({ ...draft, [name]: (event.target as HTMLInputElement | HTMLSelectElement).value })
  const { at } = draft
  const { does, places } = kinds[at]

  const submit = async (event: Event) => {
    event.preventDefault()
    const rule = ruleOfDraft(draft)
    if (!rule) return setProblem('The details are not JSON: write them as {"ms": 500}.')
    const added = await addRule(rule)
    setProblem(added.status === 'failed' ? added.why : '')
    if (added.status === 'there') setDraft(emptyDraft)
  }

  return html`
    <section class="panel" aria-labelledby="own">
      <header><h2 id="own">A rule of your own</h2></header>
      <form class="form" onSubmit=${submit}>
        <label><span>Name</span><input required value=${draft.name} onInput=${set('name')} /></label>
        <label>
          <span>Strikes at</span>
          <select value=${at} onChange=${set('at')}>
            ${Object.entries(kinds).map(([each, { label }]) => html`<option key=${each} value=${each}>${label}</option>`)}
          </select>
        </label>
        ${places.map(
          ({ id, label, hint }) => html`
            <label key=${id}>
              <span>${label}</span>
              <input class="mono" value=${draft[id]} placeholder=${hint} onInput=${set(id)} />
            </label>
          `,
        )}
        <label>
          <span>Does</span>
          <select value=${does.includes(draft.does) ? draft.does : does[0]} onChange=${set('does')}>
            ${does.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
          </select>
        </label>
        <label>
          <span>Details, as JSON</span>
          <input class="mono" value=${draft.details} placeholder='{"ms": 500}' onInput=${set('details')} />
        </label>
        ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
        <button type="submit" class="is-main">Set it</button>
      </form>
    </section>
  `
}
