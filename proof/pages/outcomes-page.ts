import { shapes } from '../../sagas/phases.ts'
import { titleOf } from '../../sagas/saga.ts'
import { faults } from '../outcomes/fault-injector.ts'
import { type Matrix, type MatrixRow, outcomeMatrix } from '../outcomes/matrix.ts'
import type { SagaHarness } from '../outcomes/saga-harness.ts'
import { generated, table } from './table.ts'

/** What each failure of each step leads to, found by trying. `problems` are runs that did not come to a defined end. */
export async function outcomesPage(
  harnesses: readonly SagaHarness[],
): Promise<{ text: string; problems: string[]; runs: number }> {
  const sections: string[] = []
  const problems: string[] = []
  let runs = 0
  for (const harness of harnesses) {
    const parts = [`## ${titleOf(harness.saga)}`]
    for (const shape of shapes) {
      const matrix = await outcomeMatrix(harness, shape)
      problems.push(...matrix.problems)
      runs += matrix.rows.length * faults.length
      parts.push(section(shape, matrix))
    }
    sections.push(parts.join('\n\n'))
  }
  return { text: [intro(runs), ...sections, ''].join('\n\n'), problems, runs }
}

function intro(runs: number): string {
  return `${generated}

# What each failure leads to

${runs} runs, each with one fault at one step: at the transaction that is the step's effect, or at its call to something outside.
Each ended completed, compensated, or parked and then, mended and resumed, in one of both; in each, invariants 14 to 22 held
([invariants](../invariants.md)), each step was done once or undone once in reverse, and what hung until after the end changed nothing.

The runs are at the level of the engines: the compiled machine on the embedded Step Functions with a clock of its own, so that hours of
retries take milliseconds, over the in-memory tables, which pass the same tests as DynamoDB's. [The same on the whole
stack](outcomes-on-the-stack.md) is played over HTTP. Crashes of whole processes, with everything on disk, are another test
(\`test/e2e/kill-sagas.e2e.ts\`).

- error: no effect, and it says so · timeout: no effect and no answer · answer lost: the effect, and no answer · duplicate: the task is
  run twice at once · late: the effect comes when the saga is over · crash before, after: the function dies before or after the effect ·
  throttled: Lambda will not run the function
- Given up: an endpoint that stays down is not tried for ever; the saga says so, and completes ([ADR 15](../adr/0015-webhooks.md)).
- Undos are tried with a pivot that is refused. A parked saga is resumed by its task token; on the whole stack an
  operator resumes it.`
}

function section(shape: string, { rows, copiesMax }: Matrix): string {
  const copies = `\n\nThe most copies of one message that something outside accepted: ${copiesMax}, all under one id.`
  return `### ${shape}

${outcomeTables(rows)}${copiesMax > 0 ? copies : ''}`
}

/** What became of each move under each fault, once and lasting. */
export function outcomeTables(rows: readonly MatrixRow[]): string {
  const part = (isPersistent: boolean) => {
    const these = rows.filter((row) => row.isPersistent === isPersistent)
    const lines = these.map(({ action, step, outcomes }) => [
      `${action} ${step}`,
      ...faults.map((fault) => outcomes[fault]),
    ])
    return table(['', ...faults], lines)
  }
  return `It happens once:

${part(false)}

It happens each time, until the saga is parked; then it is mended and resumed:

${part(true)}`
}
