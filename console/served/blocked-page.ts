import { html } from 'htm/preact'
import { placeFragment } from '../shell/place.ts'
import type { BlockedAggregate, ListPage } from '../wire-saga.ts'
import { PolledContent } from './polled-content.ts'
import { usePolled } from './use-polled.ts'

/** Aggregates whose next event a subscriber could not apply: later ones wait behind it. */
export function BlockedPage() {
  const polled = usePolled<ListPage<BlockedAggregate>>('blocked?limit=100')
  return html`
    <section class="panel" aria-labelledby="blocked">
      <header><h2 id="blocked">Blocked aggregates</h2></header>
      <p class="note">A subscriber could not apply an event. It is tried again every few minutes; events behind it wait.</p>
      <${PolledContent}
        polled=${polled}
        show=${({ items, nextCursor }: ListPage<BlockedAggregate>) => html`
          ${items.length === 0 && html`<p class="empty">Nothing is blocked.</p>`}
          <ul class="saga-list">
            ${items.map((each) => html`<${Item} key=${`${each.consumer} ${each.aggregate.id}`} blocked=${each} />`)}
          </ul>
          ${nextCursor && html`<p class="note">The first ${items.length} are shown.</p>`}
        `}
      />
    </section>
  `
}

function Item({ blocked }: { blocked: BlockedAggregate }) {
  const { consumer, aggregate, blockedAt, highestSeen } = blocked
  const { type, id } = aggregate
  const waiting = highestSeen - blockedAt
  return html`
    <li>
      <span>${consumer}</span>
      <span class="state is-problem">event ${blockedAt}</span>
      <span class="last">
        ${type}${' '}
        ${
          type === 'ticket'
            ? html`<a class="mono" href=${placeFragment({ page: 'sagas', details: ['ticket', id] })}>${id}</a>`
            : html`<span class="mono">${id}</span>`
        }
      </span>
      <span>${waiting === 0 ? 'none waits behind it' : `${waiting} wait behind it`}</span>
    </li>
  `
}
