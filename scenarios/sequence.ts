import type { StepTold } from './stage.ts'
import { mostTelling } from './wire.ts'

/** Lines that a picture can show and a person take in; the text has them all. */
const arrowsPerStepMax = 14

/** A Mermaid sequence diagram of what really happened, step by step. */
export function sequenceOf(steps: readonly StepTold[]): string {
  const names = new Map<string, string>()
  const idOf = (name: string) => {
    const known = names.get(name) ?? `p${names.size + 1}`
    names.set(name, known)
    return known
  }
  const lines: string[] = []
  for (const [index, { wire }] of steps.entries()) {
    const [first] = wire
    if (!first) continue
    const { arrows, leftOut } = mostTelling(wire, arrowsPerStepMax)
    lines.push(`  note over ${idOf(first.from)}: step ${index + 1}`)
    for (const { from, to, what, outcome, times } of arrows) {
      const failed = outcome !== '' && !/^2\d\d/.test(outcome)
      const label = `${what}${times > 1 ? ` ×${times}` : ''}${outcome ? ` (${outcome})` : ''}`
      lines.push(`  ${idOf(from)}${failed ? '-x' : '->>'}${idOf(to)}: ${plain(label)}`)
    }
    if (leftOut > 0) lines.push(`  note over ${idOf(first.from)}: and ${leftOut} more kinds of calls`)
  }
  const participants = [...names].map(([name, id]) => `  participant ${id} as ${plain(name)}`)
  return ['sequenceDiagram', ...participants, ...lines].join('\n')
}

/** Mermaid ends a statement at `;` and a comment begins with `#`. */
function plain(text: string): string {
  return text.replace(/[;#\n]/g, ' ')
}
