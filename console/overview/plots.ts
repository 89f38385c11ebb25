import { html } from 'htm/preact'
import { live } from '../live/connection.ts'
import { Plot } from './plot.ts'
import { axisDuration, latencyColumns, latencyNow, throughputColumns, throughputNow } from './plot-data.ts'

const throughput = [
  { label: 'refused or failed', colour: '--problem' },
  { label: 'read', colour: '--ink-soft' },
  { label: 'replayed', colour: '--repeat' },
  { label: 'committed', colour: '--flow' },
]
const latency = [
  { label: 'p99', colour: '--ink-soft' },
  { label: 'p50', colour: '--flow' },
]

export function Plots() {
  const { seconds } = live.value
  return html`
    <section class="panel plots" aria-labelledby="speed">
      <header><h2 id="speed">Speed</h2></header>
      <${Plot}
        title="Requests"
        summary=${throughputNow(seconds)}
        series=${throughput}
        columns=${throughputColumns(seconds)}
        inUnit=${String}
      />
      <${Plot}
        title="Time to answer"
        summary=${latencyNow(seconds)}
        series=${latency}
        columns=${latencyColumns(seconds)}
        inUnit=${axisDuration}
      />
    </section>
  `
}
