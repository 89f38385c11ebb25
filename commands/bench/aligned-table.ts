/** A Markdown table whose columns are aligned, so that it can be read as it is; all but the first `texts` columns are numbers. */
export function alignedTable(header: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((cells) => (cells[at] ?? '').length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at < texts ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, at) => (at < texts ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(header), rule, ...rows.map(line)].join('\n')
}
