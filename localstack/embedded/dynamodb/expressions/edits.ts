import type { PathNode } from './nodes.ts'

/** A part of an expression's text to be replaced. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** The text with all edits made; they must not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = ''
  let position = 0
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(position, edit.start) + edit.text
    position = edit.end
  }
  return result + text.slice(position)
}

/** A path as an expression has it. */
export function writePath(elements: PathNode['elements']): string {
  return elements
    .map((element, position) =>
      typeof element === 'number' ? `[${element}]` : `${position === 0 ? '' : '.'}${element}`,
    )
    .join('')
}
