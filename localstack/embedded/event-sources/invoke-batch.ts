import { isThrottle } from '../lambda/is-throttle.ts'
import type { InvokeFunction, InvokeResult } from '../ports.ts'

/**
 * Gives a batch to a function once. A throttle is undefined; every other refusal of Lambda counts as a failure.
 * Rejects when the signal has aborted before or meanwhile: the batch comes again at the next start.
 */
export async function invokeBatch(
  Records: readonly unknown[],
  { invoke, functionRef, signal }: { invoke: InvokeFunction; functionRef: string; signal: AbortSignal },
): Promise<InvokeResult | undefined> {
  signal.throwIfAborted()
  try {
    return await invoke(functionRef, { Records })
  } catch (error) {
    signal.throwIfAborted()
    if (isThrottle(error)) return undefined
    const { name: errorType, message: errorMessage } = error as Error
    return { status: 'failed', errorType, errorMessage }
  }
}
