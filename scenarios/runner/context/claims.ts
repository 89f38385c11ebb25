/** Something that must be true at one moment of a story. */
export interface Claim {
  says: string
  holds: boolean
  /** What was found instead, when the claim does not hold. */
  found?: string
}

/** Compares what was found with what the story expects; equal means equal as JSON. */
export function judgeClaim(says: string, found: unknown, expected: unknown): Claim {
  const [foundJson, expectedJson] = [JSON.stringify(found), JSON.stringify(expected)]
  if (foundJson === expectedJson) return { says, holds: true }
  return { says, holds: false, found: `${foundJson}, not ${expectedJson}` }
}
