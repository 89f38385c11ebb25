import * as z from 'zod'

/**
 * The result of a malware scan, which an external scanner delivers asynchronously. `unscannable`: the scanner could not tell, for the
 * reason it gives. Threat names and reasons are the scanner's, truncated to a length that an answer can carry.
 */
export const ScanVerdict = z.discriminatedUnion('verdict', [
  z.strictObject({ verdict: z.literal('clean') }),
  z.strictObject({ verdict: z.literal('infected'), threat: z.string().max(100) }),
  z.strictObject({ verdict: z.literal('unscannable'), why: z.string().max(100) }),
])
export type ScanVerdict = z.infer<typeof ScanVerdict>

/** What callers are told of a file in which malware was found. */
export function infectedReason(threat: string): string {
  return `the file is infected: ${threat}`
}

/** Most decisive first. */
export const verdictKinds = ['infected', 'clean', 'unscannable'] as const satisfies ScanVerdict['verdict'][]

/**
 * The verdict that counts when the same bytes were scanned several times, in whatever order the verdicts arrived: `infected`, else
 * `clean`, else `unscannable`. Undefined when there is none.
 */
export function decisiveVerdict(verdicts: readonly ScanVerdict[]): ScanVerdict | undefined {
  return verdictKinds.flatMap((kind) => verdicts.filter(({ verdict }) => verdict === kind))[0]
}
