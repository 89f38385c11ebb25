import { html } from 'htm/preact'
import { now } from '../live/now.ts'
import { useFetched } from '../live/use-fetched.ts'
import { useOperator } from '../operator-api/operator.ts'
import { placeFragment } from '../shell/place.ts'
import { elapsed } from '../timeline/timeline-view.ts'
import { AsOf, Tallies, Unread } from './dashboard-parts.ts'
import { meanWords, sagaTallies, slaWords, tally } from './dashboard-view.ts'
import { pulse } from './pulse.ts'
import { session } from './session.ts'
import type { Dashboard, View, WorkList } from './wire-views.ts'

/** How a tenant is doing at a glance: what needs an operator, how many tickets are where, and what waits for an agent. */
export function DashboardPage() {
  return html`
    <div class="operate">
      <${NeedsOperator} />
      <${Tickets} />
      <${Work} />
    </div>
  `
}

/** The most that are counted, which one request reads. */
const sagasMax = 100

function NeedsOperator() {
  const { source, tenant = '' } = useOperator()
  const sagas = useFetched({
    asked: 'sagas',
    pulse: pulse.value,
    read: () => source.sagas(tenant, { cursor: undefined, limit: sagasMax }),
  })
  const blocked = useFetched({
    asked: 'blocked',
    pulse: pulse.value,
    read: () => source.blocked(tenant, undefined),
  })
  const holds = useFetched({ asked: 'holds', pulse: pulse.value, read: () => source.holds(tenant) })
  const { items = [], nextCursor } = sagas.status === 'there' ? sagas.value : {}
  const blockedPage = blocked.status === 'there' ? blocked.value : undefined
  const failed = [sagas, blocked, holds].find(({ status }) => status === 'failed')
  return html`
    <section class="panel" aria-labelledby="needs">
      <header>
        <h2 id="needs">What operators look after</h2>
        <p class="note"><a href="#operate">Operate</a> has the buttons.</p>
      </header>
      ${failed?.status === 'failed' && html`<p class="problem" role="alert">${failed.why}</p>`}
      <h3 id="saga-states">Sagas that have not ended</h3>
      ${sagas.status === 'there' && html`<${Tallies} tallies=${sagaTallies(items)} by="saga-states" />`}
      ${nextCursor !== undefined && html`<p class="note">The newest ${items.length} are counted, and there are more.</p>`}
      <h3 id="stuck">What holds others up</h3>
      ${
        blockedPage &&
        holds.status === 'there' &&
        html`<${Tallies} tallies=${[
          tally(
            `blocked${blockedPage.nextCursor === undefined ? '' : ', and more'}`,
            blockedPage.items.length,
            'problem',
          ),
          tally('holds', holds.value.items.length, 'held-up'),
        ]} by="stuck" />`
      }
    </section>
  `
}

function Tickets() {
  const view = useFetched({
    asked: 'dashboard',
    pulse: pulse.value,
    read: () => askView<Dashboard>('/dashboard'),
  })
  if (view.status !== 'there') return html`<${Unread} title="Tickets" id="tickets" view=${view} />`
  const { byStatus, days, asOf, stale, timeZone } = view.value
  const tallies = Object.entries(byStatus).map(([name, count]) => tally(name.replaceAll('_', ' '), count, 'active'))
  return html`
    <section class="panel" aria-labelledby="tickets">
      <header>
        <h2 id="tickets">Tickets</h2>
        <${AsOf} asOf=${asOf} stale=${stale} />
      </header>
      <${Tallies} tallies=${tallies} by="tickets" />
      <div class="scrolls" tabindex="0" role="group" aria-label="By day">
        <table>
          <thead>
            <tr>
              <th scope="col">Day (${timeZone})</th><th scope="col">Opened</th><th scope="col">Closed</th>
              <th scope="col">First answer, mean</th>
            </tr>
          </thead>
          <tbody>
            ${days.toReversed().map(
              ({ date, opened, closed, firstAnswers }) => html`
                <tr key=${date}>
                  <th scope="row">${date}</th><td>${opened}</td><td>${closed}</td><td>${meanWords(firstAnswers.meanSeconds)}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    </section>
  `
}

const workShown = 10

function Work() {
  const view = useFetched({
    asked: 'work-list',
    pulse: pulse.value,
    read: () => askView<WorkList>(`/work-list?limit=${workShown}`),
  })
  if (view.status !== 'there') return html`<${Unread} title="What waits for an agent" id="work" view=${view} />`
  const { items, nextCursor, asOf, stale } = view.value
  return html`
    <section class="panel" aria-labelledby="work">
      <header>
        <h2 id="work">What waits for an agent</h2>
        <${AsOf} asOf=${asOf} stale=${stale} />
      </header>
      ${items.length === 0 && html`<p class="empty">None.</p>`}
      <ul class="plain-list">
        ${items.map(
          ({ id, title, priority, assignee, openedAt, sla }) => html`
            <li key=${id}>
              <a href=${placeFragment({ page: 'ticket', details: [id] })}>${title}</a>
              <span class="note">
                ${[priority, assignee ?? 'nobody has it', `opened ${elapsed(Math.max(0, now.value - Date.parse(openedAt)))} ago`, slaWords({ sla })].filter(Boolean).join(', ')}
              </span>
            </li>
          `,
        )}
      </ul>
      ${nextCursor !== undefined && html`<p class="note">The most urgent ${items.length} are shown, and there are more.</p>`}
    </section>
  `
}

async function askView<Body>(path: string) {
  const answer = await session.ask<Body>(path)
  if (answer.status === 'failed') return answer
  return { status: 'there', value: { ...answer.value, stale: answer.stale } as View<Body> } as const
}
