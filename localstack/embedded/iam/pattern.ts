import { type GlobPart, matchesGlob } from '../glob.ts'

const parsed = new Map<string, GlobPart[]>()

/** Whether `text` matches an IAM pattern: `*` stands for any run of characters, `?` for one. Case counts. */
export function matches(pattern: string, text: string): boolean {
  if (pattern === '*' || pattern === text) return true
  if (!/[*?]/.test(pattern)) return false
  let parts = parsed.get(pattern)
  if (!parts) {
    parts = (pattern.match(/[*?]|[^*?]+/g) ?? []).map((part) => (part === '*' || part === '?' ? part : { text: part }))
    parsed.set(pattern, parts)
  }
  return matchesGlob(parts, text)
}
