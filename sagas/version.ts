import { sha256Hex } from '../domain/sha256.ts'
import type { Saga } from './saga.ts'

/**
 * The version of a definition. It changes with the steps, their order, their kinds and what they wait for or undo; timeouts and retries
 * may change without it. Under equal versions the same fences mean the same, so one execution can continue where another stopped.
 */
export function definitionVersion({ name, steps }: Saga): string {
  const described = steps.map(({ name, kind, undoUnattempted, callback }) => {
    return { name, kind, undoUnattempted, waits: callback !== undefined }
  })
  return sha256Hex(JSON.stringify([name, described])).slice(0, 12)
}
