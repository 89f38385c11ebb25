/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Says where a page comes from, so that nobody mends it by hand. */
export const generated = '<!-- Made by `npm run docs` from the code; a test compares. -->'
