import { startTemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { signToken } from '../../localstack/steadfast/token-keys.ts'
import { openTarget, type Target } from '../../proof/target.ts'
import { type Feature, whyMissing } from '../../proof/targets/divergences.ts'

/**
 * The target that `npm run e2e` names, or a stack of its own where none is named. `stop` leaves a target that was there before as it is.
 */
export async function anyStack(): Promise<Target & { stop(): Promise<number | null> }> {
  const { STEADFAST_E2E_DATA: dataDir, STEADFAST_E2E_TARGET: apiUrl } = process.env
  if (!dataDir) return startTemporaryStack()
  return { ...openTarget({ dataDir, apiUrl }), stop: async () => 0 }
}

/** Skips the test, and says why, on a target that lacks the feature. */
export async function needs(
  stack: Target,
  feature: Feature,
  skip: (condition: boolean, note?: string) => void,
): Promise<void> {
  const reason = await whyMissing(stack, feature)
  skip(reason !== undefined, reason)
}

export interface Reply {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers as callers do, without their types
  body: any
}

/** The API as one person uses it. */
export function caller(stack: Target, tenant: string, user: string, role: 'customer' | 'agent' | 'admin') {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> => {
    const token = await signToken(stack.dataDir, { tenant, user, role })
    const response = await fetch(`${stack.apiUrl}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: text && JSON.parse(text) }
  }
  return {
    get: (path: string) => call('GET', path),
    /** A write, under a fresh key unless one is given. */
    send: (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, key: string = crypto.randomUUID()) =>
      call(method, path, body, { 'Idempotency-Key': key }),
    call,
  }
}
