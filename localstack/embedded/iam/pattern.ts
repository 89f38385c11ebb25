const compiled = new Map<string, RegExp>()

/** Whether `text` matches an IAM pattern: `*` stands for any run of characters, `?` for one. Case counts. */
export function matches(pattern: string, text: string): boolean {
  if (pattern === '*' || pattern === text) return true
  if (!/[*?]/.test(pattern)) return false
  let expression = compiled.get(pattern)
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    expression = new RegExp(`^${source}$`, 's')
    compiled.set(pattern, expression)
  }
  return expression.test(text)
}
