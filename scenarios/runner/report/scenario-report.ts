import type { Claim } from '../context/claims.ts'
import { formatArrow } from '../picture/arrows.ts'
import { formatChanges, tableWidth } from '../recording/row-changes.ts'
import type { ScenarioResult } from '../run-scenario.ts'
import type { Scenario } from '../scenario.ts'
import type { StepDescription, StepRecord } from '../step.ts'
import { columns, wrapText } from './wrap-text.ts'

/** So many rows let a step fit on a screen; `--json` has every row. */
const rowLinesMax = 10

/** The heading that is printed before a scenario runs. */
export function formatOpening({ name, title, shows }: Pick<Scenario, 'name' | 'title' | 'shows'>): string {
  const heading = `${name}: ${title}`
  return [heading, '='.repeat(Math.min(columns, heading.length)), wrapText(shows), ''].join('\n')
}

export function formatStep(step: StepRecord, number: number): string {
  return `${formatStepStart(step, number)}\n${formatStepEnd(step)}`
}

/** What the step does: printed before it runs. */
export function formatStepStart({ do: does }: StepDescription, number: number): string {
  return wrapText(does, `${number}. `, '   ')
}

/** What happened on the wire and to the stored rows, and what that shows: printed after the step has run. */
export function formatStepEnd(step: StepRecord): string {
  const { lines, rowsLeftOut } = formatChanges(step.rows, rowLinesMax)
  const rows = lines.map(({ sign, table, text }) => ({ head: `${sign} ${table.padEnd(tableWidth)} `, text }))
  return [
    ...step.picture.map((arrow) => wrapText(formatArrow(arrow), '   wire    ', '             ')),
    ...step.notes.map((line) => labelled('note', line)),
    ...rows.map(({ head, text }) => wrapText(text, `   stored  ${head}`, ' '.repeat(head.length + 13))),
    ...(rowsLeftOut > 0 ? [`           … and ${rowsLeftOut} more`] : []),
    ...(step.shows ? [labelled('shows', step.shows)] : []),
    ...(step.without ? [labelled('without', step.without)] : []),
    '',
  ].join('\n')
}

export function formatVerdict({ claims, faults, verdict, guard }: ScenarioResult): string {
  return [
    ...claims.map(formatClaim),
    ...faults.map(({ name, does, fired }) => labelled('fault', `${name} (${does}) fired ${formatTimes(fired)}`)),
    ...verdict.proven.map(({ number, promise }) =>
      wrapText(promise, `   holds ${String(number).padStart(2)}  `, '             '),
    ),
    ...verdict.broken.map((line) => labelled('BROKEN', line)),
    '',
    wrapText(verdict.holds ? `holds, thanks to ${guard}` : 'BROKEN', 'Verdict: ', '         '),
    '',
  ].join('\n')
}

export function formatClaim({ says, holds }: Claim): string {
  return labelled(holds ? 'yes' : 'NO', says)
}

/** Text behind a label, as every line below a step has it. */
export function labelled(label: string, text: string): string {
  return wrapText(text, `   ${label.padEnd(7)} `, '           ')
}

export function formatTimes(times: number): string {
  return ['never', 'once', 'twice'][times] ?? `${times} times`
}

/** One line of a summary. */
export function formatVerdictLine({ name, title, verdict, seconds }: ScenarioResult): string {
  const line = `${verdict.holds ? 'holds ' : 'BROKEN'} ${name}: ${title}`
  return `${padOrCut(line, columns - 9)} ${`${seconds} s`.padStart(8)}`
}

function padOrCut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text.padEnd(length)
}
