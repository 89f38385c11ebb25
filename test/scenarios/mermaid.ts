/**
 * The errors of a sequence diagram, by the part of Mermaid's grammar that the pages use, one statement per line: participants with an id,
 * notes over participants, and arrows with a label. Stricter than Mermaid, where `;` ends a statement and `#` begins a comment: here
 * neither may occur in a text.
 */
export function mermaidErrors(diagram: string): string[] {
  const [firstLine, ...lines] = diagram.split('\n')
  if (firstLine !== 'sequenceDiagram') return ['must begin with sequenceDiagram']
  const declared = new Set<string>()
  return lines.flatMap((line) => {
    const participant = /^ {2}participant (p\d+) as [^;#]*[^;#\s]$/.exec(line)
    if (participant?.[1]) {
      if (declared.has(participant[1])) return [`${participant[1]} is declared twice`]
      declared.add(participant[1])
      return []
    }
    const statement =
      /^ {2}(p\d+)(?:->>|-x)(p\d+): [^;#]*[^;#\s][^;#]*$/.exec(line) ??
      /^ {2}note over (p\d+)(?:,(p\d+))?: [^;#\s][^;#]*$/.exec(line)
    if (!statement) return [`invalid line: ${line}`]
    const undeclared = statement.slice(1).filter((id) => id !== undefined && !declared.has(id))
    return undeclared.map((id) => `${id} is not declared`)
  })
}
