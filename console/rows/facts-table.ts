import { html } from 'htm/preact'
import type { Replay } from '../wire-tables.ts'
import { ComparedTable } from './compared-table.ts'

/** The facts of a ticket at two points of its history, side by side. */
export function FactsTable({ replay: { from, to, changes } }: { replay: Replay }) {
  const differing = new Set(changes.map(({ name }) => name))
  const head = ({ seq }: Replay['from']) => (seq === 0 ? 'Before there was any' : `After event ${seq}`)
  return html`
    <${ComparedTable}
      label="Facts at both points"
      heads=${['Fact', head(from), head(to)]}
      before=${from.facts}
      after=${to.facts}
      differing=${differing}
    />
  `
}
