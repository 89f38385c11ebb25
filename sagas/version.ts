import { sha256 } from '../tables/keys.ts'
import type { Saga } from './saga.ts'

/** Which definition this is: changes when its steps, their order, kinds, timeouts or retries do. */
export function definitionVersion({ name, steps }: Saga): string {
  const described = steps.map(({ name, kind, timeoutSeconds, retry, undoUnattempted, callback }) => {
    const waits = callback && [callback.timeoutSeconds, callback.heartbeatSeconds]
    return { name, kind, timeoutSeconds, retry, undoUnattempted, waits }
  })
  return sha256(JSON.stringify([name, described])).slice(0, 12)
}
