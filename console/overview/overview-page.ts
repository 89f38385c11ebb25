import { html } from 'htm/preact'
import { live } from '../live/connection.ts'
import { Activity } from './activity.ts'
import { DoubleClickButton } from './double-click-button.ts'
import { FlowPicture } from './flow-picture.ts'
import { Plots } from './plots.ts'
import { PromisesPanel } from './promises-panel.ts'
import { SagaStates } from './saga-states.ts'

/** Everything at once: where requests are, whether the promises hold, how fast it goes. */
export function OverviewPage() {
  const { hello } = live.value
  return html`
    <div class="overview">
      <section class="panel picture" aria-labelledby="flow">
        <header>
          <h2 id="flow">How requests flow</h2>
          <p class="note">${hello ? `counted since ${new Date(hello.since).toLocaleTimeString('en-GB')}` : ''}</p>
        </header>
        ${hello && html`<${FlowPicture} topology=${hello.topology} />`}
        <${SagaStates} />
        <${DoubleClickButton} />
      </section>
      <${PromisesPanel} />
      <${Plots} />
      <${Activity} />
    </div>
  `
}
