import { type Arrow, formatArrowLabel } from './arrows.ts'
import { participantsInOrder } from './participants.ts'

/** A Mermaid sequence diagram of what happened, step by step. */
export function formatSequenceDiagram(steps: readonly { picture: readonly Arrow[] }[]): string {
  const names = participantsInOrder(steps.flatMap(({ picture }) => picture.flatMap(({ from, to }) => [from, to])))
  const idOf = (name: string) => `p${names.indexOf(name) + 1}`
  const everyone = names.length > 1 ? `p1,p${names.length}` : 'p1'
  const lines = steps.flatMap(({ picture }, index) => [
    ...(names.length > 0 ? [`  note over ${everyone}: step ${index + 1}`] : []),
    ...picture.map(
      (arrow) => `  ${idOf(arrow.from)}${arrowHead(arrow)}${idOf(arrow.to)}: ${escapeText(formatArrowLabel(arrow))}`,
    ),
  ])
  const declarations = names.map((name, index) => `  participant p${index + 1} as ${escapeText(name)}`)
  return ['sequenceDiagram', ...declarations, ...lines].join('\n')
}

/** A cross when the call failed, or its answer was lost. */
function arrowHead({ outcome, fault }: Arrow): string {
  const succeeded = fault === undefined && (outcome === '' || /\b2\d\d\b|\bdone\b/.test(outcome))
  return succeeded ? '->>' : '-x'
}

/** Escapes what Mermaid reads: `;` ends a statement, and `#` begins a comment. */
function escapeText(text: string): string {
  return text.replace(/[;#\n]/g, ' ')
}
