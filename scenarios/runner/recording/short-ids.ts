/** Replaces an id by a short one, such as `t1` for the first ticket. The same id always gets the same short id. */
export type ShortId = (kind: IdKind, id: string) => string

/** `t` is a ticket, `s` a saga, `a` an attachment, `c` another command of an operator. */
export type IdKind = 't' | 's' | 'a' | 'c'

/** Numbers ids by kind, in the order in which they are first asked for. */
export function shortIds(): ShortId {
  const known = new Map<string, string>()
  const counts = { t: 0, s: 0, a: 0, c: 0 }
  return (kind, id) => {
    const key = `${kind} ${id}`
    const shortId = known.get(key) ?? `${kind}${++counts[kind]}`
    known.set(key, shortId)
    return shortId
  }
}
