import type { Violation } from './invariant.ts'

/**
 * What is wrong with the same subject in each of up to `readings` readings. Rows are read one after another, so beside traffic each reading
 * meets others halfway; what is really wrong is wrong in all. Ends as soon as nothing is left.
 */
export async function lastingViolations(
  read: () => Promise<readonly Violation[]>,
  { readings, pause }: { readings: number; pause: () => Promise<unknown> },
): Promise<Violation[]> {
  let lasting = await read()
  for (let reading = 2; lasting.length > 0 && reading <= readings; reading++) {
    await pause()
    const suspects = new Set(lasting.map(({ subject }) => subject))
    lasting = (await read()).filter(({ subject }) => suspects.has(subject))
  }
  return [...lasting]
}
