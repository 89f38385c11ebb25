/** Short names for ids, given in the order in which they are asked for: `t1`, `t2` for tickets. The same id keeps its name. */
export type Alias = (kind: AliasKind, id: string) => string

/** Ticket, saga, attachment. */
export type AliasKind = 't' | 's' | 'a'

export function aliases(): Alias {
  const names = new Map<string, string>()
  const counts = { t: 0, s: 0, a: 0 }
  return (kind, id) => {
    const same = `${kind} ${id}`
    const name = names.get(same) ?? `${kind}${++counts[kind]}`
    names.set(same, name)
    return name
  }
}
