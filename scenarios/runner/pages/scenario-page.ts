import type { Claim, StepDescription, StepRecord } from '../context/context.ts'
import { sequenceOf } from '../picture/sequence-diagram.ts'
import { changeLines, tableWidth } from '../recording/row-changes.ts'
import { often } from '../report/scenario-report.ts'
import type { ScenarioResult } from '../run-scenario.ts'
import type { Scenario } from '../scenario.ts'

/** What is the same in every run: a test holds the committed page to it. */
type Story = Pick<Scenario, 'title' | 'shows' | 'guard' | 'invariants' | 'targets'> & {
  name: string
  steps: readonly StepDescription[]
  claims: readonly Pick<Claim, 'says'>[]
}

const where = {
  any: ' (on any target)',
  embedded: ' (on the embedded stack, which can make the faults)',
  own: ' (on a stack of its own, which it may kill)',
}

/** The first part of a page: the story and what it claims. */
export function storyPage({ name, title, shows, guard, invariants, targets, steps, claims }: Story): string {
  return `# ${title}

${shows}

- Run it: \`npm run scenario -- ${name}\`${where[targets]}
- What keeps the promise: ${guard}
- [Invariants](../invariants.md) that it attacks: ${invariants.join(', ')}

## The story

${steps.map(storyStep).join('\n')}
## What must be true

${claims.map(({ says }) => `- ${says}`).join('\n')}
`
}

function storyStep({ do: does, shows, without }: StepDescription, index: number): string {
  const more = [shows && `   *Shows:* ${shows}`, without && `   *Without it:* ${without}`].filter(Boolean)
  return `${[`${index + 1}. ${does}`, ...more].join('\n\n')}\n`
}

/** The whole page: the story, and below it what happened in one run. */
export function page(played: ScenarioResult): string {
  const { steps, faults, verdict } = played
  return `${storyPage(played)}
## One run

Written by \`npm run demo -- --docs\` from what happened in that run; another run differs in its details.

\`\`\`mermaid
${sequenceOf(steps)}
\`\`\`

### Rows before and after

What appeared (+), changed (~) and went (-) among the rows of the scenario's own tenants, step by step.

${steps.map(rowsOfStep).join('\n')}
### Verdict

${faults.length > 0 ? `${faults.map(({ name, does, fired }) => `- The fault \`${name}\` (${does}) struck ${often(fired)}.`).join('\n')}\n\n` : ''}Verdict: **${verdict.holds ? 'holds' : 'broken'}**.

${[...verdict.proven.map(({ number, promise }) => `- Invariant ${number} holds: ${promise}`), ...verdict.broken.map((line) => `- Broken: ${line}`)].join('\n')}
`
}

/** Enough for every row of a story; fifty notifications are told by the first ones. */
const rowLinesMax = 40

function rowsOfStep({ rows }: StepRecord, index: number): string {
  const { lines, leftOut } = changeLines(rows, rowLinesMax)
  if (lines.length === 0) return `Step ${index + 1}: none.\n`
  const told = lines.map(({ mark, table, text }) => `${mark} ${table.padEnd(tableWidth)} ${text}`)
  const more = leftOut > 0 ? [`  … and ${leftOut} more`] : []
  return `Step ${index + 1}:\n\n\`\`\`diff\n${[...told, ...more].join('\n')}\n\`\`\`\n`
}

/** A scenario with what its committed page says came of it: with its guard, and the invariants that broke without. */
export interface Row extends Pick<Scenario, 'name' | 'shows' | 'guard' | 'invariants' | 'targets'> {
  broke: readonly number[]
}

/** The table of all scenarios, with links to the pages in `dir`. */
export function tableOf(all: readonly Row[], dir: string): string {
  const rows = all.map(
    ({ name, shows, guard, invariants, targets, broke }) =>
      `| [${name}](${dir}${name}.md) | ${shows} | ${guard} | ${invariants.join(', ')} | holds | broken: ${broke.join(', ')} | ${targets} |`,
  )
  return `| name | what it shows | guard | invariants | with it | without it | targets |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}

/** The page over all pages. */
export function overview(all: readonly Row[]): string {
  return `# Scenarios

Each attacks one promise on a running stack and ends in a verdict from stored data: \`npm run scenario -- NAME\`, or all of them
with \`npm run demo\`. Each was also played in a test build without its guard, and had to end broken: \`npm run mutants\`.

${tableOf(all, '')}`
}

const begins = '<!-- scenarios: written by npm run demo -- --docs -->\n\n'
const ends = '\n<!-- scenarios end -->'

/** The README with the table as it should be between its marks. Throws when the marks are not there. */
export function withTable(readme: string, all: readonly Row[]): string {
  const [before, rest] = readme.split(begins)
  const after = rest?.slice(rest.indexOf(ends))
  if (before === undefined || !after?.startsWith(ends)) throw new Error('README.md has no place for the scenarios')
  return `${before}${begins}${tableOf(all, 'docs/scenarios/')}${after}`
}
