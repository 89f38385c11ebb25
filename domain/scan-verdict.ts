import * as z from 'zod'

/**
 * What a scan for malware, which someone else makes in their own time, came to. `unscannable`: nothing is known, for the reason that
 * the scanner gives. Names and reasons are the scanner's, cut to a length that an answer can carry.
 */
export const ScanVerdict = z.discriminatedUnion('verdict', [
  z.strictObject({ verdict: z.literal('clean') }),
  z.strictObject({ verdict: z.literal('infected'), threat: z.string().max(100) }),
  z.strictObject({ verdict: z.literal('unscannable'), why: z.string().max(100) }),
])
export type ScanVerdict = z.infer<typeof ScanVerdict>

export const verdictKinds = ['infected', 'clean', 'unscannable'] as const satisfies ScanVerdict['verdict'][]

/**
 * Of several verdicts on the same bytes the one that counts, in whatever order they came: one that found something, else one that found
 * nothing, else one that could not look.
 */
export function decisive(verdicts: readonly ScanVerdict[]): ScanVerdict | undefined {
  return verdictKinds.flatMap((kind) => verdicts.filter(({ verdict }) => verdict === kind))[0]
}
