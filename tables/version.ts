import { absent, type Condition } from './condition.ts'
import type { RowRead } from './keys.ts'
import type { Write } from './store.ts'

/** Optimistic concurrency: a header with this version replaces only the version before it. The first version must be absent. */
export function isNextVersion(version: number): Condition {
  return version === 1 ? absent : { attribute: 'version', equals: version - 1 }
}

/** Asserts that a header still has this version. A decision that changes nothing is committed under this check. */
export function versionCheck({ table, key }: RowRead<unknown>, version: number): Write {
  return { kind: 'check', table, key, when: { attribute: 'version', equals: version } }
}
