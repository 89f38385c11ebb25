/** One line of the readiness sheet: a promise or a practice, and what proves it. */
export interface ProvableItem {
  section: Section
  name: string
  promise: string
  /** All of them must have passed: test files, or commands that keep evidence of their own. */
  provenBy: readonly string[]
  /** How old the proof may be, for what must be practised; of any age by default. */
  withinDays?: number
}

/** What is known to be missing. It has no `provenBy`: no run can prove it, until somebody builds it and takes it from the list. */
export interface KnownGap {
  section: 'known gaps'
  name: string
  missing: string
}

export type ReadinessItem = ProvableItem | KnownGap

export const sections = ['practices', 'invariants', 'alarms', 'long proofs', 'known gaps'] as const
type Section = Exclude<(typeof sections)[number], 'known gaps'>
