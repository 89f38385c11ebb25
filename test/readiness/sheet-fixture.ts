import type { ProvableItem } from '../../proof/readiness/item.ts'
import type { ProofRun, ProvenFile } from '../../proof/readiness/proof-run.ts'

const now = '2026-03-01T12:00:00.000Z'
export const nowMs = Date.parse(now)

/** A run of the commit `abc`. */
export function run(files: ProvenFile[], version: ProofRun['version'] = { commit: 'abc', changed: false }): ProofRun {
  return { command: 'npm test', version, seed: 7, startedAt: now, endedAt: now, node: '24.0.0', files }
}

export function item(provenBy: string[], name = 'a promise'): ProvableItem {
  return { section: 'practices', name, promise: 'something holds', provenBy }
}
