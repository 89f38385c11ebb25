import type { SagaAction } from './saga-view.ts'
import { session } from './session.ts'

/** By what an action is about: the key of an attempt whose answer was lost is sent again, so that it takes effect once. */
const keys = new Map<string, string>()

/** Does it, and says what came of it. */
export async function doAction({ label, path, body, of }: SagaAction): Promise<string> {
  const situation = `${label} ${of}`
  const idempotencyKey = keys.get(situation) ?? freshKey()
  keys.set(situation, idempotencyKey)
  const answer = await session.ask(path, { body, idempotencyKey })
  if (answer.status === 'there') {
    keys.delete(situation)
    return 'Accepted: it goes on in a moment.'
  }
  // What may have taken effect keeps its key.
  if (!answer.isRetryable) keys.delete(situation)
  return answer.isRetryable ? `${answer.why} Trying again is safe.` : answer.why
}

/** Not `randomUUID`, which browsers have on secure origins only: an emulator's address may be none. */
function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `console-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
