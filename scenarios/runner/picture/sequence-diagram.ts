import { type Arrow, labelOf } from './arrows.ts'
import { parts } from './participants.ts'

/** A Mermaid sequence diagram of what really happened, step by step; who takes part stands in the order of the flow. */
export function sequenceOf(steps: readonly { picture: readonly Arrow[] }[]): string {
  const names = inOrder(steps.flatMap(({ picture }) => picture.flatMap(({ from, to }) => [from, to])))
  const idOf = (name: string) => `p${names.indexOf(name) + 1}`
  const last = names.length > 1 ? `p1,p${names.length}` : 'p1'
  const lines = steps.flatMap(({ picture }, index) => [
    ...(names.length > 0 ? [`  note over ${last}: step ${index + 1}`] : []),
    ...picture.map((arrow) => `  ${idOf(arrow.from)}${headOf(arrow)}${idOf(arrow.to)}: ${plain(labelOf(arrow))}`),
  ])
  const participants = names.map((name, index) => `  participant p${index + 1} as ${plain(name)}`)
  return ['sequenceDiagram', ...participants, ...lines].join('\n')
}

/** People in the order in which they come in, then the parts in the order in which a request meets them. */
function inOrder(names: readonly string[]): string[] {
  const known: readonly string[] = parts
  return [...new Set(names)].toSorted((a, b) => known.indexOf(a) - known.indexOf(b))
}

/** A cross where it did not come about, or nobody heard that it did. */
function headOf({ outcome, struck }: Arrow): string {
  const isWell = struck === undefined && (outcome === '' || /\b2\d\d\b|\bdone\b/.test(outcome))
  return isWell ? '->>' : '-x'
}

/** Mermaid ends a statement at `;`, and a comment begins with `#`. */
function plain(text: string): string {
  return text.replace(/[;#\n]/g, ' ')
}
