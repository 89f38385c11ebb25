import { shapes } from '../../sagas/phases.ts'
import { titleOf } from '../../sagas/saga.ts'
import { faults } from '../outcomes/fault-injector.ts'
import { type Matrix, type MatrixRow, outcomeMatrix } from '../outcomes/matrix.ts'
import type { SagaHarness } from '../outcomes/saga-harness.ts'
import { generatedNotice, table } from './table.ts'

/** The page with the outcome of every fault at every step. `problems` are the runs that did not reach a defined end. */
export async function outcomesPage(harnesses: readonly SagaHarness[]): Promise<Chapter> {
  const chapters: Chapter[] = []
  for (const harness of harnesses) chapters.push(await outcomeChapter(harness))
  const runs = chapters.reduce((sum, chapter) => sum + chapter.runs, 0)
  return {
    text: [intro(runs), ...chapters.map(({ text }) => text), ''].join('\n\n'),
    problems: chapters.flatMap(({ problems }) => problems),
    runs,
  }
}

interface Chapter {
  text: string
  problems: string[]
  runs: number
}

/** The part of the page about one saga. */
async function outcomeChapter(harness: SagaHarness): Promise<Chapter> {
  const sections = [`## ${titleOf(harness.saga)}`]
  const problems: string[] = []
  let runs = 0
  for (const shape of shapes) {
    const matrix = await outcomeMatrix(harness, shape)
    problems.push(...matrix.problems)
    runs += matrix.rows.length * faults.length
    sections.push(section(shape, matrix))
  }
  return { text: sections.join('\n\n'), problems, runs }
}

function intro(runs: number): string {
  return `${generatedNotice}

# What each failure leads to

${runs} runs, each with one fault at one step. The fault is injected at the step's effect: its transaction, or its call to an outside
service. Every saga ended completed or compensated; some were parked first, and resumed once the fault was removed. In every run
invariants 14 to 22 held ([invariants](../invariants.md)), every step was done once or undone once in reverse order, and calls that
took effect after the end changed nothing.

The runs use the compiled state machine on the embedded Step Functions, with a clock of its own so that hours of retries take
milliseconds, and the in-memory tables, which pass the same tests as DynamoDB. [On the whole stack](outcomes-on-the-stack.md) the same
faults are injected while requests come in over HTTP. Another test kills the whole process, with everything on disk
(\`test/e2e/kills.e2e.ts\`).

The faults:

- error: no effect, and an error is returned.
- timeout: no effect and no answer.
- answer lost: the effect, but no answer.
- duplicate: the task runs twice at the same time.
- late: no answer, and the effect only after the saga has ended.
- crash before, crash after: the function dies before or after the effect.
- throttled: Lambda does not run the function.

Undos are run by refusing the pivot. \`given up\` means that an endpoint stayed down: the webhook saga stops its attempts, records that, and
completes ([ADR 15](../adr/0015-webhooks.md)). In these runs the task token resumes a parked saga; on the whole stack an operator does.`
}

function section(shape: string, { rows, copiesMax }: Matrix): string {
  const copies = `\n\nThe outside service accepted at most ${copiesMax} copies of one message, all under one id.`
  return `### ${shape}

${outcomeTables(rows)}${copiesMax > 0 ? copies : ''}`
}

/** Two tables with the outcome of each fault at each point: for a fault that occurs once, and for a persistent one. */
export function outcomeTables(rows: readonly MatrixRow[]): string {
  const outcomeTable = (isPersistent: boolean) => {
    const lines = rows
      .filter((row) => row.isPersistent === isPersistent)
      .map(({ action, step, outcomes }) => [`${action} ${step}`, ...faults.map((fault) => outcomes[fault])])
    return table(['', ...faults], lines)
  }
  return `The fault occurs once:

${outcomeTable(false)}

The fault occurs every time until the saga is parked; then it is removed and the saga is resumed:

${outcomeTable(true)}`
}
