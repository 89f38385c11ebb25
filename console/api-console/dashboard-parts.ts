import { html } from 'htm/preact'
import { staleWords, type Tally } from './dashboard-view.ts'

/** Numbers in a row, named by the heading with this id. */
export function Tallies({ tallies, by }: { tallies: readonly Tally[]; by: string }) {
  return html`
    <ul class="tallies" aria-labelledby=${by}>
      ${tallies.map(({ name, count, tone }) => html`<li key=${name} class=${`tone-${tone}`}><b>${count}</b> ${name}</li>`)}
    </ul>
  `
}

/** Says what a read model is as of, and why it may lack something. */
export function AsOf({ asOf, stale }: { asOf: string | null; stale: string }) {
  return html`
    <p class="note">
      ${asOf === null ? 'Nothing has happened yet.' : `As of ${new Date(asOf).toLocaleString('en-GB')}.`}
      ${stale !== '' && html` <span class="stale">${staleWords(stale)}</span>`}
    </p>
  `
}

/** A section whose content is not there, or not yet. */
export function Unread({ title, id, view }: { title: string; id: string; view: { status: string; why?: string } }) {
  return html`
    <section class="panel" aria-labelledby=${id}>
      <header><h2 id=${id}>${title}</h2></header>
      ${view.status === 'failed' ? html`<p class="problem" role="alert">${view.why}</p>` : html`<p class="empty" role="status">Reading</p>`}
    </section>
  `
}
