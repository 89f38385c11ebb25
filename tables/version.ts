import { absent, type Condition } from './condition.ts'
import type { RowRead } from './keys.ts'
import type { Write } from './store.ts'

/** Optimistic concurrency: a root row of this version may be written only over the version before it, or where there is none yet. */
export function isNextVersion(version: number): Condition {
  return version === 1 ? absent : { attribute: 'version', equals: version - 1 }
}

/** Asserts that a root row is still at this version. A decision that changes nothing is committed under it. */
export function versionCheck({ table, key }: RowRead<unknown>, version: number): Write {
  return { kind: 'check', table, key, when: { attribute: 'version', equals: version } }
}
