import type { StepDescription, StepRecord } from '../context/context.ts'
import { arrowLine } from '../picture/arrows.ts'
import { changeLines, tableWidth } from '../recording/row-changes.ts'
import type { ScenarioResult } from '../run-scenario.ts'
import type { Scenario } from '../scenario.ts'

const width = 80

/** A step fits on a screen; --json has the rest. */
const rowLinesMax = 10

/** What is said before a scenario begins. */
export function formatOpening({ name, title, shows }: Pick<Scenario, 'name' | 'title' | 'shows'>): string {
  return [`${name}: ${title}`, '='.repeat(Math.min(width, name.length + title.length + 2)), wrapped(shows), ''].join(
    '\n',
  )
}

/** One step for people. */
export function formatStep(step: StepRecord, number: number): string {
  return `${formatStepStart(step, number)}\n${formatStepEnd(step)}`
}

/** What we do: known before it is done. */
export function formatStepStart({ do: does }: StepDescription, number: number): string {
  return wrapped(does, `${number}. `, '   ')
}

/** What happened, what became of the rows, what it shows, and what would be without it. */
export function formatStepEnd(step: StepRecord): string {
  const { lines, leftOut } = changeLines(step.rows, rowLinesMax)
  const rows = lines.map(({ mark, table, text }) => ({ head: `${mark} ${table.padEnd(tableWidth)} `, text }))
  return [
    ...step.picture.map((arrow) => wrapped(arrowLine(arrow), '   wire    ', '             ')),
    ...step.notes.map((line) => wrapped(line, '   seen    ', '           ')),
    ...rows.map(({ head, text }) => wrapped(text, `   stored  ${head}`, ' '.repeat(head.length + 13))),
    ...(leftOut > 0 ? [`           … and ${leftOut} more`] : []),
    ...(step.shows ? [wrapped(step.shows, '   shows   ', '           ')] : []),
    ...(step.without ? [wrapped(step.without, '   without ', '           ')] : []),
    '',
  ].join('\n')
}

/** Claims, faults and the verdict. */
export function formatVerdict({ claims, faults, verdict, guard }: ScenarioResult): string {
  return [
    ...claims.map(({ says, holds }) => wrapped(says, holds ? '   yes     ' : '   NO      ', '           ')),
    ...faults.map(({ name, does, fired }) =>
      wrapped(`${name} (${does}) struck ${often(fired)}`, '   fault   ', '           '),
    ),
    ...verdict.proven.map(({ number, promise }) =>
      wrapped(promise, `   holds ${String(number).padStart(2)}  `, '             '),
    ),
    ...verdict.broken.map((line) => wrapped(line, '   BROKEN  ', '           ')),
    '',
    wrapped(verdict.holds ? `holds, thanks to ${guard}` : 'BROKEN', 'Verdict: ', '         '),
    '',
  ].join('\n')
}

export function often(times: number): string {
  return ['never', 'once', 'twice'][times] ?? `${times} times`
}

/** One line of a summary. */
export function verdictLine({ name, title, verdict, seconds }: ScenarioResult): string {
  const line = `${verdict.holds ? 'holds ' : 'BROKEN'} ${name}: ${title}`
  return `${cut(line, width - 9)} ${`${seconds} s`.padStart(8)}`
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text.padEnd(length)
}

/** Breaks at spaces so that no line is longer than a terminal is wide, where words allow. */
export function wrapped(text: string, first = '', rest = first): string {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = rest
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line].join('\n')
}
