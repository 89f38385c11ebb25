import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { placeFragment } from '../shell/place.ts'
import { type RowView, shown, tables, ticketOfKey, withoutRemoved } from './row-views.ts'
import { type Reading, useRows } from './use-rows.ts'

/** One table as it is, with what changed on top. */
export function LiveRows() {
  const [table, setTable] = useState('Tickets')
  const [contains, setContains] = useState('')
  const reading = useRows({ table, contains })
  return html`
    <section class="panel" aria-labelledby="rows">
      <header><h2 id="rows">Live rows</h2></header>
      <form class="search" onSubmit=${(event: Event) => event.preventDefault()} role="search">
        <label>
          <span>Table</span>
          <select value=${table} onChange=${(event: Event) => setTable((event.target as HTMLSelectElement).value)}>
            ${tables.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
          </select>
        </label>
        <label class="grows">
          <span>Shows the text</span>
          <input
            value=${contains}
            maxlength="255"
            autocomplete="off"
            spellcheck=${false}
            onChange=${(event: Event) => setContains((event.target as HTMLInputElement).value)}
          />
        </label>
      </form>
      ${reading.status === 'loading' && html`<p class="empty" role="status">Reading</p>`}
      ${reading.status === 'failed' && html`<p class="empty" role="status">Not read: ${reading.why}.</p>`}
      ${
        reading.status === 'there' &&
        html`
          <p class="note">${readingWords(reading.value)}</p>
          <ul class="table-rows">
            ${reading.value.views.map((view) => html`<${Row} key=${view.row.key} view=${view} />`)}
          </ul>
        `
      }
    </section>
  `
}

function readingWords({ rows: { count, isPart }, views }: Reading): string {
  return `${isPart ? `The first ${count} rows` : `${count} rows`}, ${withoutRemoved(views).length} shown, what changed last on top.`
}

function Row({ view }: { view: RowView }) {
  const { row, change, changed } = view
  const { kind, is, key, attributes, hidden } = row
  const ticket = ticketOfKey(key)
  const names = [...new Set([...Object.keys(attributes), ...changed])].filter((name) => name !== 'pk' && name !== 'sk')
  return html`
    <li class=${change ? `is-${change}` : ''}>
      <p>
        <b title=${is}>${kind}</b> <span class="mono">${key}</span>
        ${change && html` <span class="change">${change}</span>`}
        ${ticket !== undefined && html` <a href=${placeFragment({ page: 'tables', details: ['ticket', ticket] })}>Replay</a>`}
      </p>
      <p class="mono">
        ${names.map(
          (name) => html`
            <span key=${changed.has(name) ? `${name} ${row.change?.seenAt}` : name} class=${`attribute ${changed.has(name) ? 'is-changed' : ''}`}>
              <i>${name}</i> ${shown(attributes[name])}
            </span>
          `,
        )}
      </p>
      ${hidden.length > 0 && html`<p class="note">Not shown, being secret: ${hidden.join(', ')}.</p>`}
    </li>
  `
}
