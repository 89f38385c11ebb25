import { html } from 'htm/preact'
import type { ColumnName, PlayedVerdict } from '../wire-play.ts'
import type { ColumnState } from './play-state.ts'
import { columnTitles } from './step-card.ts'

/** What everything that is stored says at the end, in each column. */
export function VerdictCard({
  columns,
  states,
}: {
  columns: readonly ColumnName[]
  states: Partial<Record<ColumnName, ColumnState>>
}) {
  return html`
    <section class="panel played" aria-labelledby="verdict">
      <h3 id="verdict">The verdict, from everything that is stored</h3>
      <div class="columns">
        ${columns.map(
          (column) => html`
            <div key=${column} class=${`column is-${column}`}>
              ${columns.length > 1 && html`<p class="note">${columnTitles[column]}</p>`}
              <${End} doing=${states[column]?.doing} />
            </div>
          `,
        )}
      </div>
    </section>
  `
}

function End({ doing }: { doing: ColumnState['doing'] | undefined }) {
  if (doing?.status === 'failed') return html`<p class="problem">It could not be played: ${doing.why}</p>`
  if (doing?.status !== 'ended') return html`<p class="empty">Not yet.</p>`
  return html`<${Verdict} verdict=${doing.verdict} />`
}

function Verdict({ verdict }: { verdict: PlayedVerdict }) {
  const { headline, claims, held, broken, problems, faults, seconds } = verdict
  return html`
    <p class=${`headline ${broken.length > 0 || problems.length > 0 ? 'is-broken' : 'is-held'}`}>${headline}</p>
    <ul class="found">
      ${broken.map(({ number, promise }) => html`<${Line} key=${`b${number}`} holds=${false} text=${`Promise ${number}: ${promise}`} />`)}
      ${held.map(({ number, promise }) => html`<${Line} key=${`h${number}`} holds=${true} text=${`Promise ${number}: ${promise}`} />`)}
      ${problems.map((problem, at) => html`<${Line} key=${`p${at}`} holds=${false} text=${problem} />`)}
      ${claims.map(
        ({ says, holds, found }, at) =>
          html`<${Line} key=${`c${at}`} holds=${holds} text=${found === undefined ? says : `${says}: found ${found}`} />`,
      )}
    </ul>
    <p class="note">
      ${faults.map(({ name, does, fired }) => `The fault ${name} (${does}) struck ${fired === 1 ? 'once' : `${fired} times`}. `)}
      Played in ${seconds} s.
    </p>
  `
}

function Line({ holds, text }: { holds: boolean; text: string }) {
  return html`<li class=${holds ? 'is-held' : 'is-broken'}><b>${holds ? 'holds' : 'broken'}</b> ${text}</li>`
}
