import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { useFetched } from '../live/use-fetched.ts'
import { redrive } from '../operator-api/command.ts'
import { CommandButton } from '../operator-api/command-button.ts'
import { useOperator } from '../operator-api/operator.ts'
import { placeFragment } from '../shell/place.ts'
import type { BlockedAggregate } from '../wire-saga.ts'

/** Aggregates whose next event a consumer could not apply, with what waits behind it. */
export function BlockedList({ tenant }: { tenant: string }) {
  const { source, listPulse } = useOperator()
  const [cursor, setCursor] = useState<string>()
  const [commands, setCommands] = useState(0)
  const list = useFetched({
    asked: cursor ?? '',
    turn: commands,
    pulse: listPulse.value,
    read: () => source.blocked(tenant, cursor),
  })
  const { items = [], nextCursor } = list.status === 'there' ? list.value : {}
  return html`
    <section class="panel" aria-labelledby="blocked">
      <header>
        <h2 id="blocked" tabindex="-1">Blocked</h2>
        <p class="note">They are tried again every few minutes.</p>
      </header>
      ${list.status === 'failed' && html`<p class="problem" role="alert">${list.why}</p>`}
      ${list.status === 'there' && items.length === 0 && html`<p class="empty">None.</p>`}
      <ul class="plain-list">
        ${items.map((each) => html`<${Blocked} key=${each.id} tenant=${tenant} blocked=${each} onAnswer=${() => setCommands(commands + 1)} />`)}
      </ul>
      ${
        (cursor !== undefined || nextCursor !== undefined) &&
        html`
          <nav class="pages" aria-label="Pages of what is blocked">
            <button type="button" disabled=${cursor === undefined} onClick=${() => setCursor(undefined)}>First</button>
            <button type="button" disabled=${nextCursor === undefined} onClick=${() => setCursor(nextCursor)}>
              Next
            </button>
          </nav>
        `
      }
    </section>
  `
}

interface BlockedProps {
  tenant: string
  blocked: BlockedAggregate
  onAnswer: () => void
}

function Blocked({ tenant, blocked, onAnswer }: BlockedProps) {
  const { ticketPlace } = useOperator()
  const { consumer, aggregate, blockedAt, highestSeen } = blocked
  const behind = highestSeen - blockedAt
  const name = `${aggregate.type} ${aggregate.id}`
  const link = html`<a href=${placeFragment(ticketPlace(aggregate.id))}>${name}</a>`
  return html`
    <li>
      <span>${aggregate.type === 'ticket' ? link : name} in <b>${consumer}</b>, at event ${blockedAt}</span>
      <span class="note">${behind > 0 && `${behind} ${behind === 1 ? 'event waits' : 'events wait'} behind it`}</span>
      <${CommandButton} tenant=${tenant} command=${redrive(blocked)} about=${`${name} in ${consumer}`} onAnswer=${onAnswer} />
    </li>
  `
}
