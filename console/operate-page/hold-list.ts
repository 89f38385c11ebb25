import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { useFetched } from '../live/use-fetched.ts'
import { hold, release } from '../operator-api/command.ts'
import { CommandButton } from '../operator-api/command-button.ts'
import { useOperator } from '../operator-api/operator.ts'
import { TextField } from '../shell/text-field.ts'
import type { Hold } from '../wire-saga.ts'

/** What is held while a third party is down: sagas that need it wait, without calling it. */
export function HoldList({ tenant }: { tenant: string }) {
  const [commands, setCommands] = useState(0)
  const { source, listPulse } = useOperator()
  const list = useFetched({
    asked: 'holds',
    turn: commands,
    pulse: listPulse.value,
    read: () => source.holds(tenant),
  })
  const answered = () => setCommands(commands + 1)
  const { items = [], everything = undefined } = list.status === 'there' ? list.value : {}
  return html`
    <section class="panel" aria-labelledby="holds">
      <header>
        <h2 id="holds" tabindex="-1">Holds</h2>
        <p class="note">Sagas that need what is held wait, and don’t call it.</p>
      </header>
      ${list.status === 'failed' && html`<p class="problem" role="alert">${list.why}</p>`}
      ${
        everything &&
        html`<p class="problem" role="status">
          <b>Everything is held</b>, for all tenants, since ${shownTime(everything.since)}: ${everything.reason}. ${waitingText(everything)}. Who
          runs the stack releases it: <code>npm run hold -- release</code>.
        </p>`
      }
      ${list.status === 'there' && items.length === 0 && html`<p class="empty">None.</p>`}
      <ul class="plain-list">
        ${items.map(
          ({ dependency, since, by, reason = '', ...counted }) => html`
            <li key=${`${dependency} ${since}`}>
              <b>${dependency}</b>
              <span>since ${shownTime(since)}, by ${by}${reason !== '' && `: ${reason}`} · ${waitingText(counted)}</span>
              <${CommandButton} tenant=${tenant} command=${release({ dependency, since })} about=${dependency} onAnswer=${answered} />
            </li>
          `,
        )}
      </ul>
      <${NewHold} tenant=${tenant} onAnswer=${answered} />
    </section>
  `
}

/** Some sagas may not have been counted. */
function waitingText({ waiting, waitingIsAtLeast }: Pick<Hold, 'waiting' | 'waitingIsAtLeast'>): string {
  const least = waitingIsAtLeast ? 'at least ' : ''
  return `${least}${waiting} ${waiting === 1 ? 'saga waits' : 'sagas wait'}`
}

const shownTime = (at: string) => new Date(at).toLocaleString('en-GB')

function NewHold({ tenant, onAnswer }: { tenant: string; onAnswer: () => void }) {
  const [dependency, setDependency] = useState('mail')
  const [reason, setReason] = useState('')
  return html`
    <div class="search" role="group" aria-label="A new hold">
      <${TextField} label="Dependency: mail, scanner or webhook:NAME" value=${dependency} onText=${setDependency} />
      <${TextField} label="Why" value=${reason} onText=${setReason} grows />
      <${CommandButton} tenant=${tenant} command=${hold(dependency.trim(), reason.trim())} about=${dependency} onAnswer=${onAnswer} />
    </div>
  `
}
