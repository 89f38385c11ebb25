/** Part of a glob: text to meet as it is, `?` for any one character, `*` for any run of characters. */
export type GlobPart = { text: string } | '?' | '*'

/**
 * Whether the whole text matches. A star that turns out too short grows by one character, and only the last star ever does: at most
 * pattern × text steps, where a regular expression of the same meaning may take exponentially many and hold up every request.
 */
export function matchesGlob(parts: readonly GlobPart[], text: string): boolean {
  let part = 0
  let at = 0
  let lastStar: { part: number; end: number } | undefined
  while (at < text.length || part < parts.length) {
    const current = parts[part]
    const length = current === undefined || current === '*' ? -1 : lengthAt(current, text, at)
    if (current === '*') {
      lastStar = { part, end: at }
      part++
    } else if (length >= 0) {
      part++
      at += length
    } else if (lastStar && lastStar.end < text.length) {
      lastStar.end++
      at = lastStar.end
      part = lastStar.part + 1
    } else return false
  }
  return true
}

/** How many characters the part takes of the text at `at`; -1 where it does not match. */
function lengthAt(part: Exclude<GlobPart, '*'>, text: string, at: number): number {
  if (part === '?') return at < text.length ? 1 : -1
  return text.startsWith(part.text, at) ? part.text.length : -1
}
