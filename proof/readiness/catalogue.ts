import { alarmItems } from './alarms.ts'
import { invariantItems } from './invariants.ts'
import type { ReadinessItem } from './item.ts'
import { knownGaps, practices } from './practices.ts'

/** A long proof, as commands/test/long-parts.ts lists it. */
export interface LongProof {
  name: string
  file: string
  proves: string
}

/** Everything that the sheet is about: every practice, invariant, alarm, long proof and known gap. */
export function readinessItems(longProofs: readonly LongProof[]): ReadinessItem[] {
  const ofLongProof = ({ name, file, proves }: LongProof): ReadinessItem => ({
    section: 'long proofs',
    name,
    promise: proves,
    provenBy: [file],
  })
  return [...practices, ...invariantItems(), ...alarmItems(), ...longProofs.map(ofLongProof), ...knownGaps]
}
