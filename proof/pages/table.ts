/** A Markdown table. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The first line of a generated page. */
export const generatedNotice = '<!-- Generated from the code by `npm run docs`; do not edit. A test compares. -->'
