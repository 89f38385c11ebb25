/** The width of a terminal. */
export const columns = 80

/** Breaks at spaces, so that lines fit a terminal where words allow. The first line begins with `first`, the others with `rest`. */
export function wrapText(text: string, first = '', rest = first): string {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = rest
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line].join('\n')
}
