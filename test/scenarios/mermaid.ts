/**
 * What is wrong with a sequence diagram, by the part of Mermaid's grammar that the pages use: participants with an id, notes over
 * them, and arrows with a label, one a line. Stricter than Mermaid, which ends a statement at `;` and begins a comment at `#`.
 */
export function mermaidErrors(diagram: string): string[] {
  const [head, ...lines] = diagram.split('\n')
  if (head !== 'sequenceDiagram') return ['must begin with sequenceDiagram']
  const known = new Set<string>()
  return lines.flatMap((line) => {
    const participant = /^ {2}participant (p\d+) as [^;#]*[^;#\s]$/.exec(line)
    if (participant?.[1]) {
      if (known.has(participant[1])) return [`${participant[1]} is there twice`]
      known.add(participant[1])
      return []
    }
    const statement =
      /^ {2}(p\d+)(?:->>|-x)(p\d+): [^;#]*[^;#\s][^;#]*$/.exec(line) ??
      /^ {2}note over (p\d+)(?:,(p\d+))?: [^;#\s][^;#]*$/.exec(line)
    if (!statement) return [`can not be read: ${line}`]
    const strangers = statement.slice(1).filter((id) => id !== undefined && !known.has(id))
    return strangers.map((id) => `nobody is called ${id}`)
  })
}
