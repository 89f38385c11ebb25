import { sha256 } from '../tables/keys.ts'
import type { Saga } from './saga.ts'

/**
 * Which definition this is: changes when its steps, their order, their kinds or what undoes and ends them do. Under two of one version
 * the same fences mean the same, so one may go on where the other stopped; times and retries are free to change.
 */
export function definitionVersion({ name, steps }: Saga): string {
  const described = steps.map(({ name, kind, undoUnattempted, callback }) => {
    return { name, kind, undoUnattempted, waits: callback !== undefined }
  })
  return sha256(JSON.stringify([name, described])).slice(0, 12)
}
