/** What the process that is killed writes, number by number. */
export const keys = ['a', 'a/..', 'b']

export function isDeletion(number: number): boolean {
  return number % 7 === 3
}

/** A body that says which change it is of, from its first byte to its last. */
export function bodyOf(number: number): string {
  return `${number} `.repeat([1, 2_000, 50_000][number % 3] ?? 1)
}
