import type { Played } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'
import type { StepTold } from './stage.ts'
import { arrowLine, mostTelling } from './wire.ts'

const width = 80

/** A step fits on half a screen; --json has the rest. */
const wireLinesMax = 10

/** What is said before a walkthrough begins. */
export function toldOpening({ name, title, shows }: Pick<Scenario, 'name' | 'title' | 'shows'>): string {
  return [`${name}: ${title}`, '='.repeat(Math.min(width, name.length + title.length + 2)), wrapped(shows), ''].join(
    '\n',
  )
}

/** One step for people: what we do, what happened, what is stored now, what it shows. */
export function toldStep(step: StepTold, number: number): string {
  const rows = Object.entries(step.rows).map(([table, count]) => `${table} ${count}`)
  const { arrows, leftOut } = mostTelling(step.wire, wireLinesMax)
  return [
    wrapped(step.do, `${number}. `, '   '),
    ...arrows.map((arrow) => wrapped(arrowLine(arrow), '   wire    ', '           ')),
    ...(leftOut > 0 ? [`           … and ${leftOut} more kinds of calls`] : []),
    ...step.saw.map((line) => wrapped(line, '   seen    ', '           ')),
    ...(rows.length > 0 ? [wrapped(rows.join(' · '), '   stored  ', '           ')] : []),
    ...(step.shows ? [wrapped(step.shows, '   shows   ', '           ')] : []),
    ...(step.without ? [wrapped(step.without, '   without ', '           ')] : []),
    '',
  ].join('\n')
}

/** Claims, faults and the verdict. */
export function toldVerdict({ claims, faults, verdict, guard, seconds }: Played): string {
  return [
    ...claims.map(({ says, holds }) => wrapped(says, holds ? '   yes     ' : '   NO      ', '           ')),
    ...faults.map(({ name, does, fired }) =>
      wrapped(`${name} (${does}) struck ${fired} times`, '   fault   ', '           '),
    ),
    ...verdict.proven.map(({ number, promise }) =>
      wrapped(promise, `   holds ${String(number).padStart(2)}  `, '             '),
    ),
    ...verdict.broken.map((line) => wrapped(line, '   BROKEN  ', '           ')),
    '',
    wrapped(`${verdict.holds ? `holds, thanks to ${guard}` : 'BROKEN'} (${seconds} s)`, 'Verdict: ', '         '),
    '',
  ].join('\n')
}

/** One line of a summary. */
export function verdictLine({ name, title, verdict, seconds }: Played): string {
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
